"""Many lines of an event log at once: decoded as one by one, but much quicker."""

from __future__ import annotations

import zlib
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from grok_tui.protocol.events import MAX_LINE, SUM, TAIL, AnyEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

_decoder = msgspec.json.Decoder(AnyEvent)


def decode_block(block: bytes) -> list[AnyEvent]:
    """The events of several lines, without the last newline: `events.decode` of each.

    Raises ValueError if that would of any of them, or if the block is longer than a line may be:
    one by one tells which it is.
    """
    lines = block.split(b"\n")
    if len(block) > MAX_LINE or not _are_whole(lines):
        raise ValueError("a line is damaged")
    found: list[AnyEvent] = _decoder.decode_lines(block)
    # To the decoder a line is any white space: one object may be two lines, or two objects one.
    if len(found) != len(lines) or set(map(itemgetter(0), lines)) != {ord("{")}:
        raise ValueError("a line is not one object")
    return found


def _are_whole(lines: Sequence[bytes]) -> bool:
    """`is_whole` of each, but for the length; formatting all sums at once costs half as much."""
    sums = tuple([zlib.crc32(line[:-TAIL]) for line in lines])
    ends = b"".join([line[-TAIL:] for line in lines])
    return ends == (SUM + b'%08x"}') * len(sums) % sums
