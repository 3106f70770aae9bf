"""Parts of a log that is too long to be read for a list: its head, its end, windows between."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from grok_tui.protocol.regular import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.protocol.rundir import RunDir

TAIL = 64 * 1024
"""Bytes at the end of a log that are looked at, and at its head."""
WINDOW, WINDOWS = 8 * 1024, 32
"""Bytes of a window between, and how many there are, closer to each other near the head."""
LINE = 512
"""Bytes of a window for each lane that may train there, up to those of the head."""
WHOLE = 3 * TAIL
"""Bytes of a log that is read whole."""
ROOM = 2 << 20
"""Bytes that are read of the gaps between windows, to find where a lane ends."""
SEARCHED = 16 << 20
"""Bytes of a log without a last line that are searched."""
LONGEST = 4096
"""Bytes of a measurement that a window may have cut."""


class Piece(NamedTuple):
    """A part of a log."""

    start: int
    data: bytes

    @property
    def end(self) -> int:
        """Where the next part begins."""
        return self.start + len(self.data)


class Log:
    """An open log; one that is missing, a link or no plain file is empty."""

    def __init__(self, run: RunDir) -> None:
        self._descriptor = -1
        self.size = 0
        self.file: tuple[int, int] = (0, 0)
        """Device and inode: what tells it from one that was put in its place."""
        self.changed = 0
        """When it was last written to, in nanoseconds."""
        try:
            self._descriptor = open_regular(run.events)
        except OSError:
            return
        status = os.fstat(self._descriptor)
        self.size, self.changed = status.st_size, status.st_mtime_ns
        self.file = (status.st_dev, status.st_ino)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def read(self, size: int, start: int = 0) -> Piece:
        """So many bytes from there on; fewer at the end, or where the disk fails."""
        try:
            return Piece(start, os.pread(self._descriptor, size, start) if self.size else b"")
        except OSError:
            return Piece(start, b"")

    def end(self) -> Piece:
        """The end of the log; all of it if it is short."""
        size = self.size if self.size <= WHOLE else TAIL
        return self.read(size, self.size - size)

    def searched(self) -> list[Piece]:
        """The log as far as it is searched, and its end."""
        head = self.read(min(SEARCHED, self.size))
        return [head] if self.size <= SEARCHED else [head, self.end()]

    def head(self, end: Piece) -> Piece:
        """The head of a log that has this end; all of it if it is short."""
        return self.read(TAIL) if end.start else end

    def parts(self, head: Piece, end: Piece, lanes: int) -> Iterator[Piece]:
        """The head, windows, and the end of a long log.

        Where so many lanes train side by side a window has a measurement of each.
        """
        yield head
        size = min(TAIL, max(WINDOW, lanes * LINE))
        ratio = (self.size / TAIL) ** (1 / WINDOWS)
        after = head.end
        for index in range(WINDOWS):
            start = max(after, round(TAIL * ratio**index))
            if start + size >= end.start:
                break
            piece = self.read(size, start)
            after = piece.end
            yield piece
        yield end

    def between(self, one: Piece, other: Piece, most: int) -> Piece:
        """What lies between two pieces, with the lines that they cut; no more than so much."""
        start = max(0, one.end - LONGEST)
        return self.read(min(most, other.start + LONGEST - start), start)


def log_part(run: RunDir, size: int, *, from_end: bool = False) -> bytes:
    """The first or last bytes of a log; nothing if it is missing or no plain file."""
    with Log(run) as log:
        return log.read(size, max(0, log.size - size) if from_end else 0).data
