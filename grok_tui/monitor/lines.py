"""Lines of a log as events: as they are, or with measurements side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import msgspec

from grok_tui.protocol import events
from grok_tui.protocol.blocks import decode_block
from grok_tui.protocol.events import AnyEvent

if TYPE_CHECKING:
    from grok_tui.monitor.rows import Piece

PIECE = 96 << 10
"""Bytes that are decoded at once: what comes of them stays near the processor."""
_KNOWN = frozenset(str(kind.__struct_config__.tag) for kind in get_args(AnyEvent))


@dataclass(frozen=True)
class Batch:
    """What a part of the log brought."""

    events: tuple[Piece, ...] = ()
    restarted: bool = False
    """The log was replaced or cut: drop what earlier batches brought."""
    damaged: int = 0
    """Lines of this batch with a wrong checksum, too long, or not one of our objects."""
    unknown: int = 0
    """Whole lines of this batch that a newer version wrote."""


def decoded_block(block: bytes, start: int = 0) -> Batch:
    """The events of the whole lines from `start` on; those that bring none are counted."""
    found: list[AnyEvent] = []
    damaged = unknown = 0
    while start < len(block):
        end = block.rfind(b"\n", start, start + PIECE)
        if end < 0:
            end = block.index(b"\n", start)
        piece = block[start:end]
        start = end + 1
        try:
            found += decode_block(piece)
        except (ValueError, RecursionError):
            lines = piece.split(b"\n")
            several = [event for line in lines if (event := decoded(line)) is not None]
            newer = sum(map(_is_newer, lines))
            found += several
            unknown += newer
            damaged += len(lines) - len(several) - newer
    return Batch(tuple(found), damaged=damaged, unknown=unknown)


def decoded(line: bytes) -> AnyEvent | None:
    """The event of one line, or None if it is damaged or of a newer version."""
    try:
        return events.decode(line)
    except (ValueError, RecursionError):
        return None


class _Tagged(msgspec.Struct, frozen=True):
    event: str


_tag = msgspec.json.Decoder(_Tagged)


def _is_newer(line: bytes) -> bool:
    """Whether the line is whole and its event is one that we do not know."""
    if not events.is_whole(line):
        return False
    try:
        return _tag.decode(line).event not in _KNOWN
    except (ValueError, RecursionError):
        return False
