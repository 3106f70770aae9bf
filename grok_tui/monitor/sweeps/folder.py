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
from grok_tui.protocol.regular import open_regular
from grok_tui.protocol.rules.values import MAX_LANES
from grok_tui.protocol.rundir import RUN_ID, RunDir, create, decode_small, slug
from grok_tui.protocol.section import MAX_ARMS, MAX_STEPS, ArmName
from grok_tui.protocol.sweeps import MAX_AXES, MAX_CELLS, MAX_REPEATS, Key, Seed, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from grok_tui.monitor.sweeps.packing import Pack

FOLDER = "sweeps"
"""Where sweeps lie in the folder of the runs."""
MAX_PLAN = 64 << 20
MAX_PLANS = 200
MAX_NUMBERED = 10 * MAX_CELLS
"""Cells of all plans of a sweep."""
PLAN = re.compile(r"plan-([0-9]{4})\.json")


Value = bool | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | float | Text


class PlannedCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A cell in a plan."""

    number: Annotated[int, Meta(ge=0, lt=MAX_NUMBERED)]
    """Its place among all cells of the sweep, those of earlier plans included."""
    values: Annotated[tuple[Value, ...], Meta(max_length=MAX_AXES)]


class PlannedPack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack in a plan."""

    run: Annotated[str, Meta(pattern=rf"^{RUN_ID.pattern}\Z")]
    """The id of its run."""
    seeds: Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=1000)]
    lanes: Annotated[int, Meta(ge=1, le=MAX_LANES)]
    cells: dict[int, Annotated[dict[ArmName, ArmName], Meta(min_length=1, max_length=MAX_ARMS)]]
    """By the number of a cell: what its arms are called in the pack."""
    steps: Annotated[int, Meta(ge=0, le=MAX_LANES * MAX_STEPS)] = 0
    """Steps of all its lanes together, at most."""


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a sweep: the first, a repeat, or an extension."""

    repeat: Annotated[int, Meta(ge=0, lt=MAX_REPEATS)]
    """Which repeat it is, from 0."""
    axes: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=MAX_AXES)]
    """What the axes are called, in the order of the values."""
    arms: tuple[ArmName, ...]
    """The arms of a cell, in their order."""
    cells: Annotated[tuple[PlannedCell, ...], Meta(max_length=MAX_CELLS)]
    packs: tuple[PlannedPack, ...]

    def __post_init__(self) -> None:
        """Refuse what does not go together. Raises ValueError."""
        numbers = {cell.number for cell in self.cells}
        if len(numbers) < len(self.cells):
            raise ValueError("two cells have one number")
        if any(len(cell.values) != len(self.axes) for cell in self.cells):
            raise ValueError("a cell has more or fewer values than there are axes")
        if len({pack.run for pack in self.packs}) < len(self.packs):
            raise ValueError("two packs are one run")
        if any(not pack.cells.keys() <= numbers for pack in self.packs):
            raise ValueError("a pack has a cell that is not planned")


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
            wanted = [self.path / name for name in self._planned()[after:MAX_PLANS]]
            for path in wanted:
                if path.is_symlink():
                    raise ValueError(f"{path.name} is a link, which is not followed")
            return [decode_small(path, Plan, MAX_PLAN) for path in wanted]
        except (OSError, ValueError) as error:
            raise RunError(f"cannot read the plans of {self.id}: {error}") from None

    def next_plan(self) -> Path:
        """Where a further one goes. Raises RunError if there are too many."""
        last = max((int(name[5:9]) for name in self._planned()), default=0)
        if last >= MAX_PLANS:
            raise RunError(f"{self.id} has {last} plans; expected fewer: make a new sweep")
        return self.path / f"plan-{last + 1:04d}.json"

    def _planned(self) -> list[str]:
        """The names of its plans, in order."""
        return sorted(path.name for path in self.path.iterdir() if PLAN.fullmatch(path.name))


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
    """Alone among those who plan for a sweep: a driver its next repeat, a user an extension.

    Raises RunError where the disk fails.
    """
    try:
        descriptor = os.open(sweep.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with suppress(OSError):  # a filesystem without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RunError(f"cannot plan for {sweep.id}: {error.strerror}") from None


def add(
    sweep: SweepDir,
    plan: Callable[[Sequence[PlannedPack]], Plan],
    packs: Iterable[Pack],
    name: str,
    told: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Make the runs of these packs, then the plan that names them: until then they do not count.

    `told` hears how many are made. Raises RunError, OSError; its runs are taken away
    if there is no plan for them then.
    """
    if sweep.linked:
        raise RunError(f"{sweep.id}: {sweep.linked} is a link, which is not followed")
    path = sweep.next_plan()
    runs: list[RunDir] = []
    try:
        found = []
        for pack in packs:
            runs.append(create(sweep.packs, name, settled=False))
            found.append(_made(runs[-1], pack))
            told(len(found))
        made = plan(found)
        data = msgspec.json.encode(made)
        if len(data) > MAX_PLAN:
            raise RunError(f"the plan is larger than {MAX_PLAN >> 20} MiB; expected fewer cells")
        _settle(sweep, found)
    except BaseException:
        for run in runs:
            shutil.rmtree(run.path, ignore_errors=True)
        raise
    Disk().replace(path, data)  # what fails from here on may have come after the plan was there
    return made


def _made(run: RunDir, pack: Pack) -> PlannedPack:
    """A pack in a run of its own. Raises OSError."""
    Disk().put(run.config, presets.dump(pack.config).encode())
    cells = {number: dict(arms) for number, arms in pack.members.items()}
    return PlannedPack(run.id, pack.config.seeds, pack.lanes, cells, pack.steps)


def _settle(sweep: SweepDir, packs: Sequence[PlannedPack]) -> None:
    """The runs are on the medium when this returns; one after the other costs ten times as much."""
    for planned in packs:
        run = sweep.pack(planned)
        descriptor = open_regular(run.config)
        try:
            Disk().sync(descriptor)
        finally:
            os.close(descriptor)
        Disk().sync_folder(run.path)
    Disk().sync_folder(sweep.packs)
