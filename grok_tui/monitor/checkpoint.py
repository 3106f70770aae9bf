"""One checkpoint of a run: the one that is asked for, read whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.protocol import saved
from grok_tui.protocol.rundir import read_small
from grok_tui.protocol.saved import LENGTH, Entry, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.rundir import RunDir

OTHER = "its bytes are not those that were written"


@dataclass(frozen=True)
class Which:
    """The checkpoint that is asked for: without either the newest."""

    at: int | None = None
    """The newest in which no lane that still trains is further than this step."""
    number: int | None = None
    """The one of this number."""

    def fits(self, entry: Entry) -> bool:
        """Whether it is this one."""
        early = self.at is None or entry.step <= self.at
        return early and self.number in (None, entry.number)

    @property
    def words(self) -> str:
        """It in words."""
        number = "" if self.number is None else f" {self.number}"
        return f"checkpoint{number}" + ("" if self.at is None else f" at step {self.at} or before")


@dataclass(frozen=True, eq=False)
class Taken:
    """A checkpoint that was read whole."""

    entry: Entry
    data: bytes
    state: State
    header: dict[str, object]
    passed: tuple[str, ...] = ()
    """What is wrong with newer ones."""


def take(source: RunDir, which: Which) -> Taken:
    """The newest checkpoint that is asked for and whole. Raises RunError.

    The trainer may remove one at any moment: then its manifest has a newer.
    """
    wrong: dict[str, str] = {}
    while True:
        entries, problem = saved.told(source)
        told = tuple(wrong[entry.sha256] for entry in entries if entry.sha256 in wrong)
        left = [entry for entry in entries if entry.sha256 not in wrong]
        fitting = [entry for entry in left if which.fits(entry)]
        if not fitting:
            whole = [entry for entry in left if _is_whole(source, entry)]
            raise RunError(f"{source.id}{_none(which, told, whole, problem)}")
        entry = fitting[-1]
        try:
            return replace(_whole(source, entry), passed=told)
        except (OSError, ValueError, MemoryError) as error:
            wrong[entry.sha256] = f"checkpoint {entry.number} {_why(error)}"


def _why(error: Exception) -> str:
    """What is wrong with a checkpoint."""
    if isinstance(error, FileNotFoundError):
        return "is missing"
    if isinstance(error, ValueError):
        return f"is damaged: {error}"
    return f"cannot be read: {getattr(error, 'strerror', '') or 'there is no memory for it'}"


def _none(which: Which, wrong: Sequence[str], whole: Sequence[Entry], problem: str) -> str:
    """Why a run has no checkpoint to begin from, and which it has."""
    there = ", ".join(f"{entry.number} at step {entry.step}" for entry in whole)
    if wrong:
        return f": {'; '.join(wrong)}; it has {there or 'no other that is whole'}"
    if whole:
        return f" has no {which.words}; it has {there}"
    problem = problem.partition(";")[0]  # what a trainer would do instead is not done here
    return f" has no checkpoint to begin from{problem and ': '}{problem}"


def _is_whole(source: RunDir, entry: Entry) -> bool:
    try:
        _whole(source, entry)
    except (OSError, ValueError, MemoryError):
        return False
    return True


def _whole(source: RunDir, entry: Entry) -> Taken:
    """Raises OSError, or ValueError if it or the log before it is not there whole."""
    path, log = source.checkpoints / entry.file, source.events
    if path.stat().st_size != entry.bytes:
        raise ValueError(OTHER)
    if not log.is_file() or log.stat().st_size < entry.log_offset:
        raise ValueError("the log is shorter than it was then")
    if entry.log_end and entry.log_end != saved.log_end(source, entry.log_offset):
        raise ValueError("the log is not the one that was written then")
    data = read_small(path, entry.bytes)
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise ValueError(OTHER)
    end = LENGTH + int.from_bytes(data[:LENGTH], "little")
    return Taken(entry, data, *saved.decode_header(data[LENGTH:end]))
