"""What was put into the queue of SLURM: a small file for each array of jobs, in the sweep's folder.

    <sweep>/slurm/batch-<mark>.json   the runs of an array by the index of their job, and its id
                  job.sh              what SLURM is given to run
                  <job id>.txt        what the jobs of an array said, SLURM's own words among it

The mark stands in the name of the jobs too: an array whose id was never told is found again by it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import string
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from grok_tui.errors import RunError
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.rundir import RUN_ID, RunDir, decode_small

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir

MOST = 1000
"""Jobs of one array: further ones come in an array of their own."""
MAX_BYTES = 1 << 20
MAX_BATCHES = 10_000
_FILE = re.compile(r"batch-([a-z]{12})\.json")


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An array of jobs."""

    folder: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    """Of which sweep folder: a copy of it elsewhere has not put anything into the queue."""
    runs: Annotated[
        tuple[Annotated[str, Meta(pattern=rf"^{RUN_ID.pattern}\Z")], ...],
        Meta(min_length=1, max_length=MOST),
    ]
    """Ids of the runs: that of the job with index 0 first."""
    job: Annotated[int, Meta(ge=0)] = 0
    """The array's id in the queue; 0: SLURM was asked, and its answer never came here."""


def folder(sweep: SweepDir) -> Path:
    """Where the batches of a sweep are."""
    return sweep.path / "slurm"


def make_folder(sweep: SweepDir) -> None:
    """Have it there. Raises OSError."""
    folder(sweep).mkdir(exist_ok=True)
    if folder(sweep).is_symlink():
        raise OSError(errno.ELOOP, f"{folder(sweep)} is a link")


def new_mark() -> str:
    """A name that no other array of anybody has."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))


def batch(sweep: SweepDir, runs: Sequence[RunDir]) -> Batch:
    """These runs as an array that was not asked for yet."""
    return Batch(folder=_mark_of(sweep), runs=tuple(run.id for run in runs))


def write(sweep: SweepDir, mark: str, made: Batch) -> None:
    """Keep a batch. Raises OSError."""
    Disk().replace(_path(sweep, mark), msgspec.json.encode(made))


def remove(sweep: SweepDir, mark: str) -> None:
    """Forget a batch that SLURM refused. Raises OSError."""
    Disk().unlink(_path(sweep, mark))


def read(sweep: SweepDir, mark: str) -> Batch:
    """A batch of this folder. Raises RunError."""
    try:
        found = decode_small(_path(sweep, mark), Batch, MAX_BYTES)
    except (OSError, ValueError) as error:
        raise RunError(f"cannot read {_path(sweep, mark)}: {error}") from None
    if found.folder != _mark_of(sweep):
        raise RunError(f"{_path(sweep, mark)} is of another folder")
    return found


def read_all(sweep: SweepDir) -> dict[str, Batch]:
    """The batches of this folder that can be read, by their marks."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder(sweep)))
    except OSError:
        return {}
    found = [name[1] for name in map(_FILE.fullmatch, names[:MAX_BATCHES]) if name]
    return {mark: batch for mark in found if (batch := _readable(sweep, mark)) is not None}


def _readable(sweep: SweepDir, mark: str) -> Batch | None:
    try:
        return read(sweep, mark)
    except RunError:
        return None


def _path(sweep: SweepDir, mark: str) -> Path:
    return folder(sweep) / f"batch-{mark}.json"


def _mark_of(sweep: SweepDir) -> str:
    return hashlib.sha256(os.fsencode(sweep.path.absolute())).hexdigest()
