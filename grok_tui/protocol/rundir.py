"""The run directory: every file name, how a run is made, and the lock that says who is alive."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import string
import time
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from grok_tui.errors import RunError
from grok_tui.protocol import decoding
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.owned import Lock, Owned
from grok_tui.protocol.regular import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.protocol.owned import LockState

RUN_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[a-z0-9-]{1,40}-[a-z]{4}")
MAX_SMALL_FILE = 64 * 1024
TAIL = 64 * 1024
"""Bytes that are read of the end of what a trainer printed."""
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class RunDir(Owned):
    """Paths of one run."""

    @property
    def config(self) -> Path:
        """The resolved preset, every value spelled out."""
        return self.path / "config.toml"

    @property
    def about(self) -> Path:
        """Where and by what the run was made."""
        return self.path / "about.json"

    @property
    def events(self) -> Path:
        """The event log."""
        return self.path / "events.jsonl"

    def events_before(self, number: int) -> Path:
        """Where the log is kept, for people, of a run that had to begin anew."""
        return self.path / f"events-before-{number}.jsonl"

    @property
    def trainer_log(self) -> Path:
        """What the trainer process printed."""
        return self.path / "trainer.log"

    @property
    def notes(self) -> Path:
        """Marks and notes of those who watch."""
        return self.path / "notes.jsonl"

    @property
    def view(self) -> Path:
        """How its charts were last looked at."""
        return self.path / "view.json"

    @property
    def checkpoints(self) -> Path:
        """Checkpoints and their manifest."""
        return self.path / "checkpoints"

    @property
    def manifest(self) -> Path:
        """Names the checkpoints that count."""
        return self.checkpoints / "manifest.json"

    @property
    def manifest_before(self) -> Path:
        """The manifest that was replaced last: one of its checkpoints is still there."""
        return self.checkpoints / "manifest-before.json"

    @property
    def artifacts(self) -> Path:
        """Masks and weights by arm and seed; figures."""
        return self.path / "artifacts"

    @property
    def frames(self) -> Path:
        """Small pictures of the networks in training, a folder for each lane that has any."""
        return self.path / "frames"

    @property
    def exports(self) -> Path:
        """Pictures and tables that somebody asked for while looking at it."""
        return self.path / "exports"

    @property
    def linked(self) -> str:
        """A folder of the run that is a link, to who knows where; empty if there is none."""
        own = (self.control, self.checkpoints, self.artifacts, self.frames, *self.frames.glob("*"))
        return next((path.name for path in own if path.is_symlink()), "")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Provenance of a run, rewritten by each trainer that takes it on."""

    grok_tui: str
    python: str
    torch: str
    platform: str
    device: str
    device_name: str
    host: str
    pid: int
    process_start: str
    """Start time of the process as /proc tells it; empty where there is no /proc."""
    boot_id: str
    git_commit: str
    """Of the working directory `run` was called in; empty outside a repository."""
    command: tuple[str, ...]
    started_at: str
    """UTC, ISO 8601; for display only."""


def slug(text: str) -> str:
    """The text as 1 to 40 characters of a-z, 0-9 and dashes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "run"


def create(runs: Path, name: str, *, hidden: bool = False, settled: bool = True) -> RunDir:
    """Make the folder of a new run under `runs` with its sub-folders. Raises RunError.

    A hidden one has a dot before its id: nothing lists it until it is renamed. One that is not
    settled may be lost with the power: its maker syncs many at once.
    """
    import secrets  # what only lists runs does without it

    try:
        runs.mkdir(parents=True, exist_ok=True)
        while True:
            tail = "".join(secrets.choice(string.ascii_lowercase) for _ in range(4))
            id_ = f"{time.strftime('%Y%m%d-%H%M%S')}-{slug(name)}-{tail}"
            run = RunDir(runs / f"{'.' * hidden}{id_}")
            with contextlib.suppress(FileExistsError):
                run.path.mkdir()
                break
        run.control.mkdir(mode=0o700)
        run.checkpoints.mkdir()
        run.artifacts.mkdir()
        if settled:
            Disk().sync_folder(runs)  # or a power cut takes the run, whatever of it was synced
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise RunError(
            f"cannot make a run in {runs}: {reason.lower()}; choose another folder with --runs-dir"
        ) from None
    return run


class TrainerLock(Lock):
    """The lock of a run, taken for the life of its trainer."""

    def __init__(self, run: RunDir) -> None:
        super().__init__(run, f"{run.id} is already being trained")


def lock_state(run: Owned) -> LockState:
    """Whether a trainer (of a sweep: a driver) holds it now; unknown where there is no flock."""
    try:
        descriptor = os.open(run.lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return "free"
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return "held"
    except OSError:
        return "unknown"
    finally:
        os.close(descriptor)
    return "free"


def read_small(path: Path, limit: int = MAX_SMALL_FILE) -> bytes:
    """A regular file of at most `limit` bytes. Raises OSError, or ValueError if it is longer."""
    with os.fdopen(open_regular(path, os.O_RDONLY), "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"it is larger than {limit // 1024} KiB")
    return data


def decode_small(path: Path, kind: type[Kind], limit: int = MAX_SMALL_FILE) -> Kind:
    """What a small JSON file says. Raises OSError, or ValueError for anything else."""
    try:
        return decoding.decode(read_small(path, limit), kind)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def read_tail(path: Path, limit: int = TAIL) -> str:
    """The last `limit` bytes of a regular file as text, from a whole line on. Raises OSError."""
    with os.fdopen(open_regular(path), "rb") as file:
        start = max(0, os.fstat(file.fileno()).st_size - limit)
        file.seek(start)
        data = file.read(limit)
    if start:
        data = data.partition(b"\n")[2]
    return data.decode("utf-8", errors="replace")


def read_about(run: RunDir) -> About | None:
    """The run's provenance, or None while it is missing or unreadable."""
    try:
        return decode_small(run.about, About)
    except (OSError, ValueError):
        return None


def run_folders(runs: Path) -> Iterator[RunDir]:
    """Every run in the folder, newest first by name; no links, nothing named otherwise."""
    try:
        entries = [entry for entry in os.scandir(runs) if RUN_ID.fullmatch(entry.name)]
    except OSError:
        return
    for entry in sorted(entries, key=lambda entry: entry.name, reverse=True):
        if entry.is_dir(follow_symlinks=False):
            yield RunDir(Path(entry.path))


@cache
def boot_id() -> str:
    """Identity of this boot of this machine; empty where the kernel does not tell."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def process_start(pid: int) -> str:
    """Start time of a process in clock ticks since boot; empty if it is dead or not told."""
    with contextlib.suppress(OSError, IndexError):
        told = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return "" if told[0] in "ZX" else told[19]  # a dead one may wait long for its parent
    return ""
