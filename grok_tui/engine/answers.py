"""What calibrations found, kept for the next run in the cache folder of the user.

The file is as strange as any other until it is read: a damaged one counts for nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from grok_tui.protocol.rundir import decode_small

MAX_THREADS = 256
KEPT = 200
Count = Annotated[int, Meta(ge=1, le=MAX_THREADS)]


class Choice(msgspec.Struct, frozen=True):
    """With how many threads and processes a run trains."""

    threads: Count = 1
    """Of each product; what comes out depends on them to the last bit."""
    workers: Count = 1
    """Processes that step lanes side by side, each lane in one of them; no bit depends on them."""

    @property
    def total(self) -> int:
        """Threads at work at once, in however many processes."""
        return self.threads * self.workers


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    answers: dict[Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")], Choice] = {}


class Answers:
    """Answers by what was asked: of the machine, the network and the number of lanes."""

    def __init__(self, path: Path | None) -> None:
        """`path` is the file; None where there is no folder for it."""
        self._path = path

    @staticmethod
    def of_this_user() -> Answers:
        """Those in $XDG_CACHE_HOME, or ~/.cache."""
        told = Path(os.environ.get("XDG_CACHE_HOME", ""))
        with contextlib.suppress(RuntimeError):  # nobody's home
            folder = told if told.is_absolute() else Path.home() / ".cache"
            return Answers(folder / "grok-tui" / "threads.json")
        return Answers(None)

    def get(self, asked: tuple[str, ...]) -> Choice | None:
        """What was found before; None if nothing was, or if it cannot be read."""
        return self._read().get(_key(asked))

    def keep(self, asked: tuple[str, ...], choice: Choice) -> None:
        """Remember an answer, where that can be done."""
        if self._path is None:
            return
        known = self._read()
        known.pop(_key(asked), None)
        newest = dict([*known.items(), (_key(asked), choice)][-KEPT:])
        with contextlib.suppress(OSError):  # the next run measures again
            self._path.parent.mkdir(parents=True, exist_ok=True)
            own = self._path.with_name(f".{self._path.name}.{os.getpid()}")  # others begin, too
            try:
                own.write_bytes(msgspec.json.encode(Kept(newest)))
                own.replace(self._path)
            finally:
                own.unlink(missing_ok=True)

    def _read(self) -> dict[str, Choice]:
        try:
            return decode_small(self._path, Kept).answers if self._path else {}
        except (OSError, ValueError):
            return {}


def _key(asked: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(asked).encode(errors="replace")).hexdigest()
