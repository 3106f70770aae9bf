"""Checkpoints on disk: safetensors files, and a manifest whose replacement is the commit."""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from safetensors import SafetensorError
from safetensors.torch import load, save

from grok_tui.engine.state import State
from grok_tui.protocol.rundir import RunDir, read_small

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from grok_tui.protocol.disk import Disk

KEPT = 2
_NAME = re.compile(r"^\d{6}\.safetensors$")
_OURS = re.compile(r"^(\d{6}\.safetensors|\..+\.tmp)$")
"""What may be removed: the folder may be a link to one with other files in it."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One checkpoint that counts."""

    file: str
    bytes: int
    sha256: str
    step: int
    """The furthest step of a lane; for display."""
    log_offset: int
    """Length of the log when the checkpoint was made."""
    fingerprint: dict[str, str]
    """What the bits of a run depend on."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The checkpoints that count, oldest first."""

    format: int = 1
    checkpoints: tuple[Entry, ...] = ()


@dataclass(frozen=True, eq=False)
class Loaded:
    """A checkpoint that was read back whole."""

    entry: Entry
    state: State
    tensors: dict[str, Tensor]


class Checkpoints:
    """The checkpoints of one run."""

    def __init__(self, run: RunDir, disk: Disk) -> None:
        self._folder = run.checkpoints
        self._path = run.manifest
        self._disk = disk
        self._entries: tuple[Entry, ...] = ()
        self._count = 0

    def write(
        self,
        state: State,
        tensors: dict[str, Tensor],
        log_offset: int,
        fingerprint: dict[str, str],
    ) -> Entry:
        """Put a checkpoint on disk and forget all but the last two. Raises OSError."""
        data = save(tensors, {"state": msgspec.json.encode(state).decode()})
        self._count += 1
        entry = Entry(
            file=f"{self._count:06d}.safetensors",
            bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            step=max((lane.step for lane in state.lanes), default=0),
            log_offset=log_offset,
            fingerprint=fingerprint,
        )
        self._disk.replace(self._folder / entry.file, data)
        self._commit((*self._entries[1 - KEPT :], entry))
        return entry

    def load(self, log_size: int) -> tuple[Loaded | None, list[str]]:
        """The newest checkpoint that is whole, and a sentence for each that is not."""
        problems: list[str] = []
        try:
            manifest = msgspec.json.decode(read_small(self._path), type=Manifest)
        except FileNotFoundError:
            return None, problems
        except (OSError, ValueError):
            return None, ["the manifest of the checkpoints is damaged; the run begins anew"]
        entries = list(manifest.checkpoints)
        self._count = max((_number(entry.file) for entry in entries), default=0)
        loaded = None
        while entries and loaded is None:
            loaded, problem = self._read(entries[-1], log_size)
            if problem:
                bad = entries.pop()
                instead = "the one before is taken" if entries else "the run begins anew"
                problems.append(f"checkpoint {bad.file[:40]} is damaged: {problem}; {instead}")
        self._entries = tuple(entries)
        if problems:
            self._commit(self._entries)
        return loaded, problems

    def _read(self, entry: Entry, log_size: int) -> tuple[Loaded | None, str]:
        """The checkpoint, or what is wrong with it."""
        if not _NAME.match(entry.file):
            return None, "it is not named as a checkpoint"
        if entry.log_offset > log_size:
            return None, "the log is shorter than it was then"
        try:
            data = read_small(self._folder / entry.file, entry.bytes)
            if len(data) != entry.bytes or hashlib.sha256(data).hexdigest() != entry.sha256:
                return None, "its bytes are not those that were written"
            return Loaded(entry, _state(data), load(data)), ""
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            return None, str(error)[:200]

    def _commit(self, entries: tuple[Entry, ...]) -> None:
        manifest = msgspec.json.encode(Manifest(checkpoints=entries))
        self._disk.replace(self._path, manifest)
        self._entries = entries
        named = {entry.file for entry in entries}
        for path in self._folder.iterdir():
            if _OURS.match(path.name) and path.name not in named:
                with contextlib.suppress(OSError):  # a stale file is no reason to stop training
                    self._disk.unlink(path)


def _number(file: str) -> int:
    return int(file[:6]) if _NAME.match(file) else 0


def _state(data: bytes) -> State:
    """The state in a file's header: its length in 8 bytes, then JSON."""
    length = int.from_bytes(data[:8], "little")
    header = msgspec.json.decode(data[8 : 8 + length])
    return msgspec.json.decode(header["__metadata__"]["state"], type=State)


def write_tensors(path: Path, tensors: dict[str, Tensor], disk: Disk) -> None:
    """Write an artifact, whole or not at all. Raises OSError."""
    disk.replace(path, save(tensors))
