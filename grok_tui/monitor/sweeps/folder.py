"""The folder of a sweep: what was asked for, what is planned, and its packs, which are runs.

    runs/sweeps/<id>/sweep.toml       the sweep with all its pieces filled in
                     plan-0001.json   cells and packs; a repeat or an extension has a further one
                     packs/<run id>/  each pack, a run like any other
                     lock             held while a driver places packs
                     control/         a small file a command to the driver

A sweep is whole or is not there: it is made under a hidden name. What came of it is told by its
packs alone.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import string
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from grok_tui.errors import RunError
from grok_tui.monitor.finding import chosen
from grok_tui.monitor.text import safe
from grok_tui.protocol import presets
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.owned import Owned
from grok_tui.protocol.paths import hint
from grok_tui.protocol.rundir import RUN_ID, RunDir, create, decode_small, slug
from grok_tui.protocol.sweeps import MAX_CELLS, Scalar, Seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from grok_tui.monitor.sweeps.packing import Pack

FOLDER = "sweeps"
"""Where sweeps lie in the folder of the runs."""
MAX_PLAN = 64 << 20
MAX_PLANS = 200
PLAN = re.compile(r"plan-([0-9]{4})\.json")

Count = Annotated[int, Meta(ge=0)]


class PlannedCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A cell in a plan."""

    number: Annotated[int, Meta(ge=0, lt=10 * MAX_CELLS)]
    """Its place among all cells of the sweep, those of earlier plans included."""
    values: tuple[Scalar, ...]


class PlannedPack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack in a plan."""

    run: Annotated[str, Meta(pattern=rf"^{RUN_ID.pattern}\Z")]
    """The id of its run."""
    seeds: Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=1000)]
    lanes: Count
    cells: dict[int, dict[str, str]]
    """By the number of a cell: what its arms are called in the pack."""
    steps: Count = 0
    """Steps of all its lanes together, at most."""


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a sweep: the first, a repeat, or an extension."""

    repeat: Count
    """Which repeat it is, from 0."""
    axes: tuple[str, ...]
    """What the axes are called, in the order of the values."""
    arms: tuple[str, ...]
    """The arms of a cell, in their order."""
    cells: Annotated[tuple[PlannedCell, ...], Meta(max_length=MAX_CELLS)]
    packs: tuple[PlannedPack, ...]


@dataclass(frozen=True)
class SweepDir(Owned):
    """Paths of one sweep. A driver holds the lock while it places packs, and is told things."""

    @property
    def file(self) -> Path:
        """The sweep as it was asked for last."""
        return self.path / "sweep.toml"

    @property
    def name(self) -> str:
        """What it was called when it was made."""
        return self.id[16:-5]

    @property
    def runs(self) -> Path:
        """The folder of the runs that it lies in."""
        return self.path.parent.parent

    @property
    def linked(self) -> str:
        """A folder of it that is a link, to who knows where; empty if there is none."""
        return next((path.name for path in (self.packs, self.control) if path.is_symlink()), "")

    @property
    def packs(self) -> Path:
        """The runs folder of its packs."""
        return self.path / "packs"

    @property
    def log(self) -> Path:
        """What the driver said."""
        return self.path / "driver.log"

    def pack(self, planned: PlannedPack) -> RunDir:
        """The run of a pack."""
        return RunDir(self.packs / planned.run)

    def plans(self, after: int = 0) -> list[Plan]:
        """All parts, the first first, or those after the first so many. Raises RunError."""
        try:
            names = sorted(path.name for path in self.path.iterdir() if PLAN.fullmatch(path.name))
            wanted = names[after:MAX_PLANS]
            return [decode_small(self.path / name, Plan, MAX_PLAN) for name in wanted]
        except (OSError, ValueError) as error:
            raise RunError(f"cannot read the plans of {self.id}: {error}") from None


def sweeps_in(runs: Path) -> Iterator[SweepDir]:
    """Every sweep in the folder of the runs, newest first by name; no links."""
    try:
        found = [path for path in (runs / FOLDER).iterdir() if RUN_ID.fullmatch(path.name)]
    except OSError:
        return
    for path in sorted(found, reverse=True):
        if path.is_dir() and not path.is_symlink():
            yield SweepDir(path)


def find_sweep(runs: Path, text: str) -> SweepDir:
    """The sweep of that id, the one sweep whose id has the text in it, or the newest for `last`.

    Raises RunError, naming up to five candidates.
    """
    found = list(sweeps_in(runs))
    shown = safe(str(runs), 200)
    if not found:
        first = hint("sweep FILE", runs)
        raise RunError(f"there are no sweeps in {shown}; start one with {first}")
    return chosen(found, text, "sweep", shown)


def begin(runs: Path, name: str, text: str, make: Callable[[SweepDir], None]) -> SweepDir:
    """A new sweep with this file, filled by `make` before anybody sees it. Raises RunError."""
    tail = "".join(secrets.choice(string.ascii_lowercase) for _ in range(4))
    id_ = f"{time.strftime('%Y%m%d-%H%M%S')}-{slug(name)}-{tail}"
    hidden = SweepDir(runs / FOLDER / f".{id_}")
    try:
        hidden.packs.mkdir(parents=True)
        hidden.control.mkdir(mode=0o700)
        Disk().replace(hidden.file, text.encode())
        make(hidden)
        made = SweepDir(runs / FOLDER / id_)
        Disk().rename(hidden.path, made.path)
        Disk().sync_folder(made.path.parent)
    except OSError as error:
        shutil.rmtree(hidden.path, ignore_errors=True)
        raise RunError(f"cannot make a sweep in {runs}: {error.strerror}") from None
    except BaseException:
        shutil.rmtree(hidden.path, ignore_errors=True)
        raise
    return made


@contextmanager
def planning(sweep: SweepDir) -> Iterator[None]:
    """Alone among those who plan for a sweep: a driver its next repeat, a user an extension."""
    descriptor = os.open(sweep.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # a filesystem without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def add(
    sweep: SweepDir,
    plan: Callable[[Sequence[PlannedPack]], Plan],
    packs: Iterable[Pack],
    name: str,
    told: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Make the runs of these packs, then the plan that names them: until then they do not count.

    `told` hears how many are made. Raises RunError.
    """
    found: list[PlannedPack] = []
    for pack in packs:
        run = create(sweep.packs, name)
        Disk().replace(run.config, presets.dump(pack.config).encode())
        cells = {number: dict(arms) for number, arms in pack.members.items()}
        found.append(PlannedPack(run.id, pack.config.seeds, pack.lanes, cells, pack.steps))
        told(len(found))
    made = plan(found)
    number = len(list(sweep.path.glob("plan-*.json"))) + 1
    Disk().replace(sweep.path / f"plan-{number:04d}.json", msgspec.json.encode(made))
    return made
