"""What a trainer process printed, apart from its events: the end of trainer.log."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from grok_tui.monitor.text import safe_lines

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

TAIL = 64 * 1024
"""Bytes of its end that are read."""


def read_tail(path: Path, limit: int = TAIL) -> str:
    """The last `limit` bytes of a regular file as text, from a whole line on. Raises OSError."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is not a regular file")
        start = max(0, status.st_size - limit)
        file.seek(start)
        data = file.read(limit)
    if start:
        data = data.partition(b"\n")[2]
    return data.decode("utf-8", errors="replace")


def log_lines(run: RunDir, lines: int = 200, width: int = 1000) -> list[str]:
    """The last lines of trainer.log, safe for a terminal; none if it cannot be read."""
    try:
        return safe_lines(read_tail(run.trainer_log), width, lines)
    except OSError:
        return []
