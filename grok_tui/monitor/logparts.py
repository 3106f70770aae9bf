"""Parts of a log that is too long to be read for a list: its head, its end, windows between."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.rundir import RunDir

TAIL = 64 * 1024
"""Bytes at the end of a log that are looked at, and at its head."""
WINDOW, WINDOWS = 8 * 1024, 32
"""Bytes of a window between, and how many there are, closer to each other near the head."""
WHOLE = 256 * 1024
"""Bytes of a log that is read whole."""
GAP = 1 << 20
"""Bytes that are read of the gap between two windows in which a lane ends."""
SEARCHED = 16 << 20
"""Bytes of a log without a last line that are searched."""
MOST = 2 * TAIL + WINDOW * WINDOWS + GAP
"""Bytes that are read of a long log with one."""
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
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            self._descriptor = os.open(run.events, flags)
        except OSError:
            return
        status = os.fstat(self._descriptor)
        self.size = status.st_size if stat.S_ISREG(status.st_mode) else 0

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

    def windows(self, end: Piece) -> list[Piece]:
        """The head and windows of a long log, then that end; just this of a short one."""
        if not end.start:
            return [end]
        pieces = [self.read(TAIL)]
        ratio = (self.size / TAIL) ** (1 / WINDOWS)
        for index in range(WINDOWS):
            start = max(pieces[-1].end, round(TAIL * ratio**index))
            if start + WINDOW < end.start:
                pieces.append(self.read(WINDOW, start))
        return [*pieces, end]

    def filled(self, pieces: Sequence[Piece], mark: bytes) -> list[Piece]:
        """The pieces, and what lies between the last that has the mark and the one after it."""
        last = max((at for at, piece in enumerate(pieces) if mark in piece.data), default=-1)
        if last in (-1, len(pieces) - 1):
            return list(pieces)
        start = max(0, pieces[last].end - LONGEST)
        between = self.read(min(GAP, pieces[last + 1].start + LONGEST - start), start)
        return [*pieces[: last + 1], between, *pieces[last + 1 :]]


def log_part(run: RunDir, size: int, *, from_end: bool = False) -> bytes:
    """The first or last bytes of a log; nothing if it is missing or no plain file."""
    with Log(run) as log:
        return log.read(size, max(0, log.size - size) if from_end else 0).data
