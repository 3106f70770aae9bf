"""Disks that are full, broken or slow to take things for a while, in the trainer alone."""

from __future__ import annotations

import errno
import fnmatch
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.engine import __main__ as engine
from grok_tui.engine import recorder
from grok_tui.protocol.disk import Disk
from tests.faults import inside

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

FOREVER = 1 << 30
WAITED_FOR = (errno.ENOSPC, errno.EDQUOT)
ACTS = {
    "*": 150, "events.jsonl": 50, "*.safetensors": 60, "[0-9]*.safetensors": 50,
    "manifest*.json": 50, "*-seed*": 6, "*.frame*": 30, "config.toml": 3, "about.json": 6,
}  # fmt: skip
"""What the trainer writes, as patterns of names, and how often at least it does something to it."""


@dataclass(frozen=True)
class Fault:
    """From an act of the disk on, so many acts on certain files fail, or are done in part."""

    error: int
    """Of errno; 0: writes go out in part, which is none."""
    first: int
    count: int
    files: str = "*"
    tells: Connection | None = None
    """Told at the first act that fails."""


class Faulty(Disk):
    """The disk with that fault."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._acts = 0
        self._told = False

    def _fails(self, name: str) -> bool:
        plain = name.removeprefix(".").removesuffix(".tmp")
        if not fnmatch.fnmatch(plain, self._fault.files):
            return False
        self._acts += 1
        failed = 0 <= self._acts - self._fault.first < self._fault.count
        if failed and self._fault.tells and not self._told:
            self._told = True
            self._fault.tells.send_bytes(b"now")
        return failed

    def _act(self, name: str) -> None:
        if self._fault.error and self._fails(name):
            raise OSError(self._fault.error, os.strerror(self._fault.error), name)

    def write(self, descriptor: int, data: bytes) -> int:
        """A disk that fills up takes a part first."""
        if self._fails(_name(descriptor)):
            part = len(data) // 2
            if part and (not self._fault.error or self._acts == self._fault.first):
                return super().write(descriptor, data[:part])
            if self._fault.error:
                raise OSError(self._fault.error, os.strerror(self._fault.error))
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Fails as the medium does, long after the write."""
        self._act(_name(descriptor))

    def rename(self, old: Path, new: Path) -> None:
        """Needs room in a folder."""
        self._act(old.name)
        super().rename(old, new)

    def unlink(self, path: Path) -> None:
        """Takes no room, but is refused by a broken disk; parts of files go: tests count those."""
        if self._fault.error not in WAITED_FOR and not path.name.startswith("."):
            self._act(path.name)
        super().unlink(path)


def put_in(fault: Fault, *, hurry: bool = True) -> None:
    """Have a trainer write on such a disk; in a hurry it also looks up all the time."""
    if hurry:
        inside.hurried()
        impatient()
    setattr(engine, "Disk", lambda: Faulty(fault))  # noqa: B010  (it is another module's)


def impatient() -> None:
    """Have a trainer try a full disk again, and look whether its folder is there, without delay."""
    recorder.RETRY_EVERY = recorder.NAP = 0.01
    recorder.BEAT_EVERY = 0.02


def _name(descriptor: int) -> str:
    return Path(f"/proc/self/fd/{descriptor}").readlink().name
