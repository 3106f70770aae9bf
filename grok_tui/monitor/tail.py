"""Reading an event log that may be live, torn, cut, replaced, damaged or not there at all."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from grok_tui.monitor.lines import Batch, decoded_block
from grok_tui.protocol import events
from grok_tui.protocol.regular import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.backlog import Backlog
    from grok_tui.monitor.rows import Piece
    from grok_tui.protocol.rundir import RunDir

BLOCK = 512 << 10
"""Bytes that are read at once; a line that is longer is read at once as well."""
LONG = 24 << 20
"""Bytes that are worth processes of their own; they need a tenth of a second to begin."""
_READERS = threading.Lock()
"""Held by the one log that processes read: two of them are quicker than four."""


class Tail:
    """Follows the log of one run; each whole line is read once, nothing is kept open."""

    def __init__(self, run: RunDir) -> None:
        self._backlog: Backlog | None = None
        self._path = run.events
        self._file: tuple[int, int] | None = None
        self._offset = 0
        self._size = 0
        self._in_long_line = False
        self._helped = False

    @property
    def share(self) -> float:
        """How much of the log was read, 0 to 1."""
        return min(1.0, self._offset / self._size) if self._size else 1.0

    def read(self) -> Batch:
        """All whole lines that are new since the last read. A missing log is an empty one."""
        found: list[Piece] = []
        restarted = False
        damaged = unknown = 0
        for batch in self.blocks():
            if batch.restarted:
                restarted = True
            found += batch.events
            damaged += batch.damaged
            unknown += batch.unknown
        return Batch(tuple(found), restarted, damaged, unknown)

    def blocks(self, size: int = BLOCK, *, beside: bool = False) -> Iterator[Batch]:
        """The same, about `size` bytes of lines at a time; ends when nothing is new.

        `beside`: a long part may be read by processes beside ours, measurements packed in `Rows`.
        """
        try:
            descriptor = open_regular(self._path)
        except OSError:
            if self._forget():
                yield Batch(restarted=True)
            return
        try:
            restarted = self._restarts(os.fstat(descriptor))
            others = self._from_beside(descriptor) if beside else ()
            for batch in chain(others, self._from_here(descriptor, size)):
                yield replace(batch, restarted=restarted) if restarted else batch
                restarted = False
            if restarted:
                yield Batch(restarted=True)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Let go of what reads for us; the next read goes on alone."""
        if self._backlog is not None:
            self._backlog.close()
            self._backlog = None
            _READERS.release()

    def __del__(self) -> None:
        """Nobody is left to read for."""
        self.close()

    def _from_beside(self, descriptor: int) -> Iterator[Batch]:
        """A long part, by processes beside ours; once, whatever becomes of them."""
        left = self._size - self._offset
        if left >= LONG and self._file is not None and not (self._helped or self._in_long_line):
            self._helped = _READERS.acquire(blocking=False)
            if self._helped:
                from grok_tui.monitor.backlog import Backlog

                self._backlog = Backlog(descriptor, self._offset, self._size)
        while self._backlog is not None:
            parcel = self._backlog.take()
            if parcel is None:
                self.close()
            else:
                self._offset = max(self._offset, parcel.end)
                yield Batch(parcel.pieces, damaged=parcel.damaged, unknown=parcel.unknown)

    def _from_here(self, descriptor: int, size: int) -> Iterator[Batch]:
        while block := self._lines(descriptor, size):
            yield self._decode(block)

    def _forget(self) -> bool:
        """Go back to the start; whether there was anything to go back from."""
        had = self._offset > 0
        self.close()
        self._file, self._offset, self._in_long_line, self._helped = None, 0, False, False
        return had

    def _restarts(self, status: os.stat_result) -> bool:
        here = (status.st_dev, status.st_ino)
        replaced = self._file not in (None, here) or status.st_size < self._offset
        restarted = replaced and self._forget()
        self._file = here
        self._size = status.st_size
        return restarted

    def _lines(self, descriptor: int, size: int) -> bytes:
        """The next whole lines, moving on past them; empty when there is none yet."""
        while True:
            try:
                data = os.pread(descriptor, size, self._offset)
                end = data.rfind(b"\n") + 1
                if not end and size <= len(data) <= events.MAX_LINE:
                    data = os.pread(descriptor, size + events.MAX_LINE, self._offset)
                    end = data.rfind(b"\n") + 1
            except OSError:
                return b""
            if end:
                self._offset += end
                return data[:end]
            if len(data) <= events.MAX_LINE:
                return b""
            self._in_long_line = True
            self._offset += len(data)

    def _decode(self, block: bytes) -> Batch:
        start = damaged = 0
        if self._in_long_line:
            self._in_long_line = False
            damaged = 1
            start = block.index(b"\n") + 1
        batch = decoded_block(block, start)
        return replace(batch, damaged=batch.damaged + damaged)
