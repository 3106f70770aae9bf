"""A folder that one process has at a time: its lock, its heartbeat, and where it is told things."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003  (a field)
from typing import Literal

from grok_tui.errors import RunError

LOCK_WAIT = 1.0
BEAT_WIDTH = 20
_NO_FLOCK = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP)

LockState = Literal["held", "free", "unknown"]


@dataclass(frozen=True)
class Owned:
    """Its paths; the object touches nothing until asked."""

    path: Path

    @property
    def id(self) -> str:
        """Its name, which is that of the folder."""
        return self.path.name

    @property
    def lock(self) -> Path:
        """Held with flock while its process lives; contains the heartbeat."""
        return self.path / "lock"

    @property
    def control(self) -> Path:
        """One small file a command."""
        return self.path / "control"


class Lock:
    """The lock of a folder, taken for the life of its process. The file is never replaced."""

    def __init__(self, folder: Owned, taken: str) -> None:
        """`taken` says what it means that another has it. Raises RunError then."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(folder.lock, flags, 0o644)
        self._beats = 0
        deadline = time.monotonic() + LOCK_WAIT
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno in _NO_FLOCK:
                    break
                if time.monotonic() > deadline:
                    os.close(self._descriptor)
                    raise RunError(taken) from None
                time.sleep(0.02)
        self.beat()

    def beat(self) -> None:
        """Count up the heartbeat: what an observer on another host can see of us."""
        self._beats += 1
        os.pwrite(self._descriptor, f"{self._beats:0{BEAT_WIDTH}d}\n".encode(), 0)

    def release(self) -> None:
        """Let go. The kernel does the same if the process dies."""
        os.close(self._descriptor)
