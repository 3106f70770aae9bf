"""Checkpoints on disk: safetensors files, and a manifest whose replacement is the commit."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from safetensors.torch import save

from grok_tui.engine.tensorfile import read
from grok_tui.errors import RunError
from grok_tui.protocol.regular import open_regular
from grok_tui.protocol.saved import Entry, State, decode_header, encode_manifest, log_end, told

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.protocol.disk import Disk
    from grok_tui.protocol.rundir import RunDir

KEPT = 2
_OURS = re.compile(r"^(\d{6}\.safetensors|\..+\.tmp)$")
"""What may be removed: other files in the folder are somebody's."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A checkpoint that was read back whole."""

    entry: Entry
    state: State
    tensors: dict[str, Tensor]


class Checkpoints:
    """The checkpoints of one run."""

    def __init__(self, run: RunDir, disk: Disk) -> None:
        self._run = run
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
            log_end=log_end(self._run, log_offset),
            fingerprint=fingerprint,
        )
        try:
            self._disk.replace(self._run.checkpoints / entry.file, data)
            with contextlib.suppress(FileNotFoundError):  # the first has none before it
                self._disk.rename(self._run.manifest, self._run.manifest_before)
            self._commit((*self._entries[1 - KEPT :], entry))
        except OSError:
            with contextlib.suppress(RunError):  # what is told cannot be read
                self._sweep((*self._entries, *told(self._run)[0]))  # it would keep a full disk full
            raise
        return entry

    def load(self, log_size: int) -> tuple[Loaded | None, list[str]]:
        """The newest checkpoint that is whole, and a sentence for each that is not.

        Raises RunError if there is none but one that could not be read, or no manifest that could:
        it may be whole, and to begin anew would remove it.
        """
        entries, problem = told(self._run)
        problems = [problem] if problem else []
        self._count = max((entry.number for entry in entries), default=0)
        loaded, unread = None, ""
        while entries and loaded is None:
            try:
                loaded, problem = self._read(entries[-1], log_size)
            except (OSError, MemoryError) as error:
                problem = (getattr(error, "strerror", "") or "there is no memory for it").lower()
                unread = unread or f"checkpoint {entries[-1].file} cannot be read: {problem}"
            if problem:
                bad = entries.pop()
                instead = "the one before is taken" if entries else "the run begins anew"
                problems.append(f"checkpoint {bad.file} is damaged: {problem}; {instead}")
        if unread and not loaded:
            raise RunError(f"{unread}; it is left as it is")
        self._entries = tuple(entries)
        if problems and loaded:
            self._commit(self._entries)
        return loaded, problems

    def _read(self, entry: Entry, log_size: int) -> tuple[Loaded | None, str]:
        """The checkpoint, or what is wrong with it. Raises OSError if that cannot be told."""
        if entry.log_offset > log_size:
            return None, "the log is shorter than it was then"
        if entry.log_end and entry.log_end != log_end(self._run, entry.log_offset):
            return None, "the log is not the one that was written then"
        path = self._run.checkpoints / entry.file
        try:
            with os.fdopen(open_regular(path, os.O_RDONLY), "rb") as file:
                header, tensors = read(file, entry.bytes, entry.sha256)
            return Loaded(entry, decode_header(header)[0], tensors), ""
        except FileNotFoundError:
            return None, "it is missing"
        except ValueError as error:
            return None, str(error)[:200]

    def _commit(self, entries: tuple[Entry, ...]) -> None:
        self._disk.replace(self._run.manifest, encode_manifest(entries))
        self._entries = entries
        self._sweep(entries)

    def _sweep(self, entries: tuple[Entry, ...]) -> None:
        """Remove what none of these is; what stays is no reason to stop training."""
        named = {entry.file for entry in entries}
        with contextlib.suppress(OSError):
            for path in self._run.checkpoints.iterdir():
                if _OURS.match(path.name) and path.name not in named:
                    with contextlib.suppress(OSError):
                        self._disk.unlink(path)
