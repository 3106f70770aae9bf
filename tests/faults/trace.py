"""What a disk was asked to do, in order, and what of it a power cut may leave."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.protocol.disk import Disk

if TYPE_CHECKING:
    import random

PAGE = 4096


class Death(BaseException):
    """The process is gone; nothing of it runs any more."""


@dataclass(frozen=True)
class Act:
    """One call of the disk."""

    kind: str
    """write, sync, name (a file was given one, or another), unlink, folder (its names synced)."""
    path: Path
    file: int = 0
    """Which file: a name may stand for one after the other."""
    data: bytes = b""
    old: Path | None = None
    """The name that a renamed file had before."""


@dataclass
class _Content:
    """A file's bytes, and how many of them are on the medium."""

    data: bytearray = field(default_factory=bytearray)
    synced: int = 0


class TracedDisk(Disk):
    """Does what it is asked, and writes it down; dies before an act if it is told to."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.deadly = -1
        self._files: dict[Path, int] = {}
        self._lengths: list[int] = [0]

    def write(self, descriptor: int, data: bytes) -> int:
        """As far as it comes, which is all."""
        path, file = self._file(descriptor)
        self._did(Act("write", path, file, data))
        self._lengths[file] += len(data)
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """A file, or a folder; it takes no time."""
        path = _opened(descriptor)
        if not path.is_dir():
            self._did(Act("sync", *self._file(descriptor)))
            return
        for empty in (one for one in path.iterdir() if one.is_file() and not one.stat().st_size):
            self._known(empty, 0)
        self._did(Act("folder", path))

    def _file(self, descriptor: int) -> tuple[Path, int]:
        path = _opened(descriptor)
        return path, self._known(path, os.fstat(descriptor).st_size)

    def _known(self, path: Path, size: int) -> int:
        """Which file has a name. One that is seen first, or was emptied, has just been made."""
        known = self._files.get(path, 0)
        if not known or size < self._lengths[known]:
            known = len(self._lengths)
            self._did(Act("name", path, known))
            self._lengths.append(0)
            self._files[path] = known
        return known

    def rename(self, old: Path, new: Path) -> None:
        """The file of that name is another's from now on."""
        if old.exists():
            self._did(Act("name", new, self._files[old], old=old))
            self._files[new] = self._files.pop(old)
        super().rename(old, new)

    def unlink(self, path: Path) -> None:
        """The name is gone."""
        self._did(Act("unlink", path))
        self._files.pop(path, None)
        super().unlink(path)

    def _did(self, act: Act) -> None:
        if len(self.acts) == self.deadly:
            self.deadly = -1
            raise Death
        self.acts.append(act)


def after_power_loss(acts: list[Act], chance: random.Random) -> dict[Path, bytes]:
    """The files that a power cut may leave, after these acts.

    What was synced is there. Of what was written since, all, some or none may be, or its length
    without a page of it; of names since the last sync of their folder, any, in any choice.
    """
    contents: dict[int, _Content] = {}
    last = {act.path: place for place, act in enumerate(acts) if act.kind == "folder"}
    names: dict[Path, int] = {}
    for place, act in enumerate(acts):
        content = contents.setdefault(act.file, _Content())
        if act.kind == "write":
            content.data += act.data
        elif act.kind == "sync":
            content.synced = len(content.data)
        elif act.kind in ("name", "unlink"):
            safe = place < last.get(act.path.parent, -1)
            if safe or chance.random() < 0.5:
                _rename(names, act)
    return {path: _left(contents[file], chance) for path, file in names.items()}


def _rename(names: dict[Path, int], act: Act) -> None:
    names.pop(act.path, None)
    if act.kind == "name":
        names[act.path] = act.file
        if act.old and names.get(act.old) == act.file:
            del names[act.old]


def _left(content: _Content, chance: random.Random) -> bytes:
    """The bytes of a file: those that were synced, and something of the others."""
    data, synced = content.data, content.synced
    fate = chance.choice(("none", "part", "all", "page"))
    if fate == "none":
        return bytes(data[:synced])
    if fate == "part":
        return bytes(data[: chance.randint(synced, len(data))])
    left = bytearray(data)
    if fate == "page" and synced < len(data):
        page = chance.randrange(synced, len(data)) // PAGE * PAGE
        first, end = max(page, synced), min(page + PAGE, len(data))
        left[first:end] = bytes(end - first)
    return bytes(left)


def _opened(descriptor: int) -> Path:
    return Path(f"/proc/self/fd/{descriptor}").readlink()
