"""Reading an event log that may be live, torn, cut, replaced, damaged or not there at all."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import msgspec

from grok_tui.protocol import events
from grok_tui.protocol.events import AnyEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.protocol.rundir import RunDir

BLOCK = 2 << 20
"""Bytes that are held at once; more than the longest line that counts."""
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_KNOWN = frozenset(str(kind.__struct_config__.tag) for kind in get_args(AnyEvent))


@dataclass(frozen=True)
class Batch:
    """What one look at the log brought."""

    events: tuple[AnyEvent, ...] = ()
    restarted: bool = False
    """The log was replaced or cut: drop what earlier batches brought."""
    damaged: int = 0
    """Lines of this batch with a wrong checksum, too long, or not one of our objects."""
    unknown: int = 0
    """Whole lines of this batch that a newer version wrote."""


class Tail:
    """Follows the log of one run; each whole line is read once, nothing is kept open."""

    def __init__(self, run: RunDir) -> None:
        self._path = run.events
        self._file: tuple[int, int] | None = None
        self._offset = 0
        self._in_long_line = False

    def read(self) -> Batch:
        """All whole lines that are new since the last read. A missing log is an empty one."""
        found: list[AnyEvent] = []
        restarted = False
        damaged = unknown = 0
        for batch in self.blocks():
            if batch.restarted:
                restarted = True
            found += batch.events
            damaged += batch.damaged
            unknown += batch.unknown
        return Batch(tuple(found), restarted, damaged, unknown)

    def blocks(self, size: int = BLOCK) -> Iterator[Batch]:
        """The same, at most `size` bytes of lines at a time; ends when nothing is new."""
        try:
            descriptor = os.open(self._path, _FLAGS)
        except OSError:
            if self._forget():
                yield Batch(restarted=True)
            return
        try:
            restarted = self._restarts(os.fstat(descriptor))
            while lines := self._lines(descriptor, size):
                yield self._decode(lines, restarted)
                restarted = False
            if restarted:
                yield Batch(restarted=True)
        finally:
            os.close(descriptor)

    def _forget(self) -> bool:
        """Go back to the start; whether there was anything to go back from."""
        had = self._offset > 0
        self._file, self._offset, self._in_long_line = None, 0, False
        return had

    def _restarts(self, status: os.stat_result) -> bool:
        here = (status.st_dev, status.st_ino)
        replaced = self._file not in (None, here) or status.st_size < self._offset
        restarted = replaced and self._forget()
        self._file = here if stat.S_ISREG(status.st_mode) else None
        return restarted

    def _lines(self, descriptor: int, size: int) -> list[bytes]:
        """The next whole lines, moving on past them; empty when there is none yet."""
        if self._file is None:
            return []
        while True:
            try:
                data = os.pread(descriptor, size, self._offset)
            except OSError:
                return []
            end = data.rfind(b"\n") + 1
            if end:
                self._offset += end
                return data[: end - 1].split(b"\n")
            if len(data) <= events.MAX_LINE:
                return []
            self._in_long_line = True
            self._offset += len(data)

    def _decode(self, lines: list[bytes], restarted: bool) -> Batch:
        found: list[AnyEvent] = []
        damaged = unknown = 0
        if self._in_long_line:
            self._in_long_line = False
            damaged = 1
            del lines[0]
        for line in lines:
            event = decoded(line)
            if event is not None:
                found.append(event)
            elif _is_newer(line):
                unknown += 1
            else:
                damaged += 1
        return Batch(tuple(found), restarted, damaged, unknown)


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
