"""What a driver says: one line an event, with its time, in a file that stays small."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from grok_tui.monitor.text import safe
from grok_tui.protocol.regular import open_regular
from grok_tui.protocol.rundir import read_tail

if TYPE_CHECKING:
    from pathlib import Path

MOST = 1 << 20
"""Bytes from which on nothing but the end is kept."""
LINE = 2000
"""Columns of a line."""


class Journal:
    """The driver.log of a sweep. A disk that is full costs lines, and no sweep."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if it cannot be written."""
        self._path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        os.close(os.open(path, flags | os.O_NONBLOCK, 0o644))

    def say(self, sentence: str) -> None:
        """A line, with the time of this host."""
        line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {safe(sentence, LINE)}\n"
        with contextlib.suppress(OSError):
            self._shorten()
            descriptor = open_regular(self._path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)

    def _shorten(self) -> None:
        if self._path.stat().st_size > MOST:
            end = read_tail(self._path).encode()
            descriptor = open_regular(self._path, os.O_WRONLY | os.O_NOFOLLOW)
            try:
                os.ftruncate(descriptor, 0)
                os.write(descriptor, end)
            finally:
                os.close(descriptor)
