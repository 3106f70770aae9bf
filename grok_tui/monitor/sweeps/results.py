"""What came of a sweep: its packs and its cells as they stand now, looked at again and again."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError, RunError
from grok_tui.monitor.sweeps.alive import Driver, Pace
from grok_tui.monitor.sweeps.design import MAX_WRITTEN
from grok_tui.monitor.sweeps.lanes import NOTHING, Trained, arm_result, has_ended
from grok_tui.monitor.sweeps.lanes import ArmResult as ArmResult
from grok_tui.monitor.sweeps.packwatch import ALIVE, PackWatch, Seen
from grok_tui.monitor.text import safe
from grok_tui.protocol import toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Literal

    from grok_tui.monitor.glance import Outcome
    from grok_tui.monitor.history import LaneKey
    from grok_tui.monitor.sweeps.folder import Plan, PlannedPack, SweepDir
    from grok_tui.monitor.sweeps.packwatch import State
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.protocol.sweeps import Scalar

    _Shared = dict[tuple[Trained, ...], "ArmResult"]
    CellState = Literal["waiting", "training", "done", "failed"]


@dataclass(frozen=True)
class CellResult:
    """A cell of the sweep, over all its seeds."""

    number: int
    values: tuple[Scalar, ...]
    """In the order of the axes; those of a stranger's plan are not made safe."""
    arms: Mapping[str, ArmResult]
    """By the name that an arm has in the cell."""
    state: CellState
    runs: tuple[str, ...]
    """The packs that train it."""


@dataclass(frozen=True)
class PackState:
    """A pack as it stands."""

    run: RunDir
    state: State
    lanes: int
    lanes_done: int
    steps: tuple[int, int]
    """Of all its lanes together: trained, and how many there will be at most."""
    cells: tuple[int, ...]
    """Numbers of the cells that it trains."""
    reason: str = ""
    """Why it failed, or what is uncertain about it."""


@dataclass(frozen=True, eq=False)
class Board:
    """Everything there is to show of a sweep, at one moment."""

    sweep: SweepDir
    title: str
    axes: tuple[str, ...]
    arms: tuple[str, ...]
    cells: Sequence[CellResult]
    """By number. One that stands as it stood is the same object."""
    packs: Sequence[PackState]
    driver: bool
    """Whether somebody places packs."""
    lanes: int
    lanes_done: int
    steps_done: int
    steps_most: int
    """Lanes that ended early count as far as they came."""
    speed: float | None
    """Lane steps a second over the last half minute."""
    eta: float | None
    """Seconds that are left at that speed, at most."""
    repeat: int
    """The last one that is planned, from 0."""


@dataclass
class _Pack:
    """A pack that is watched."""

    planned: PlannedPack
    watch: PackWatch
    seen: Seen
    state: PackState


@dataclass
class _Cell:
    """A cell, and the packs that train it."""

    values: tuple[Scalar, ...]
    packs: list[_Pack] = field(default_factory=list)
    result: CellResult | None = None
    """None: something changed since it was made."""


class SweepWatch:
    """Looks at one sweep again and again; a look costs what is new. For one thread at a time."""

    def __init__(self, sweep: SweepDir, clock: Callable[[], float] = time.monotonic) -> None:
        self._sweep, self._clock = sweep, clock
        self._pace = Pace(clock)
        self._driver = Driver(sweep, clock)
        self._plans = 0
        self._title = ""
        self._axes: tuple[str, ...] = ()
        self._arms: dict[str, None] = {}
        self._repeat = 0
        self._packs: dict[str, _Pack] = {}
        self._cells: dict[int, _Cell] = {}
        self._shared: _Shared = {}

    def look(self) -> Board:
        """The sweep now. Raises RunError where its plans cannot be read."""
        self._take_plans()
        self._shared.clear()  # what was made before something changed
        for pack in self._packs.values():
            self._look_at(pack)
        packs = tuple(pack.state for pack in self._packs.values())
        done = sum(pack.steps[0] for pack in packs)
        most = sum(pack.steps[1] for pack in packs)
        speed = self._pace.of(done)
        return Board(
            sweep=self._sweep,
            title=self._title,
            axes=self._axes,
            arms=tuple(self._arms),
            cells=tuple(self._result(number) for number in self._cells),
            packs=packs,
            driver=self._driver.lives(),
            lanes=sum(pack.lanes for pack in packs),
            lanes_done=sum(pack.lanes_done for pack in packs),
            steps_done=done,
            steps_most=most,
            speed=speed,
            eta=(most - done) / speed if speed else None,
            repeat=self._repeat,
        )

    def _take_plans(self) -> None:
        new = self._sweep.plans(after=self._plans)
        if not new:
            return
        if self._sweep.packs.is_symlink():
            raise RunError(f"{self._sweep.id}: packs is a link, which is not followed")
        for plan in new:
            self._add(plan)
        self._plans += len(new)
        self._title = _title(self._sweep)
        self._cells = dict(sorted(self._cells.items()))

    def _add(self, plan: Plan) -> None:
        axes = self._axes or plan.axes
        if plan.axes != axes or any(len(cell.values) != len(axes) for cell in plan.cells):
            raise RunError(f"the plans of {self._sweep.id} do not belong together: other axes")
        self._axes, self._repeat = axes, max(self._repeat, plan.repeat)
        self._arms.update(dict.fromkeys(plan.arms))
        for cell in plan.cells:
            self._cells.setdefault(cell.number, _Cell(cell.values))
        for planned in plan.packs:
            if planned.run not in self._packs:
                self._packs[planned.run] = pack = self._watched(planned)
                for number in pack.state.cells:
                    self._cells[number].packs.append(pack)
                    self._cells[number].result = None

    def _watched(self, planned: PlannedPack) -> _Pack:
        run = self._sweep.pack(planned)
        arms = frozenset(name for named in planned.cells.values() for name in named.values())
        seeds = frozenset(planned.seeds)
        lanes = len(arms) * len(seeds)
        cells = tuple(number for number in planned.cells if number in self._cells)
        state = PackState(run, "waiting", lanes, 0, (0, planned.steps), cells)
        return _Pack(planned, PackWatch(run, arms, seeds, self._clock), Seen(), state)

    def _look_at(self, pack: _Pack) -> None:
        seen = pack.watch.look()
        if seen is pack.seen:
            return
        rare = (seen.state, seen.lanes) != (pack.seen.state, pack.seen.lanes)
        pack.seen = seen
        pack.state = _stands(pack.state, pack.planned, seen)
        for number in pack.state.cells if rare else ():
            self._cells[number].result = None

    def _result(self, number: int) -> CellResult:
        cell = self._cells[number]
        if cell.result is None:
            cell.result = _cell(number, cell, self._shared)
        return cell.result


def _title(sweep: SweepDir) -> str:
    try:
        title = toml.read(sweep.file, "", MAX_WRITTEN).get("title")
    except PresetError:
        title = None
    return safe(str(title or sweep.id), 80)


def _stands(before: PackState, planned: PlannedPack, seen: Seen) -> PackState:
    ended = [one.step for one in seen.lanes.values() if has_ended(one)]
    left = planned.steps * (before.lanes - len(ended)) // max(1, before.lanes)
    most = max(sum(ended) + left, seen.step)
    return PackState(
        before.run,
        seen.state,
        before.lanes,
        len(ended),
        (seen.step, most),
        before.cells,
        seen.reason,
    )


def _cell(number: int, cell: _Cell, shared: _Shared) -> CellResult:
    """A cell put together; arms that others have as well are made once."""
    trained: dict[str, list[Trained]] = {}
    seen = {pack.planned.run: pack.seen.lanes for pack in cell.packs}
    for pack in cell.packs:
        for own, name in pack.planned.cells[number].items():
            there = Trained(pack.planned.run, name, pack.planned.seeds)
            trained.setdefault(own, []).append(there)
    arms: dict[str, ArmResult] = {}
    for own, found in trained.items():
        where = tuple(found)
        if where not in shared:
            shared[where] = arm_result(_lanes(where, seen), where)
        arms[own] = shared[where]
    runs = tuple(pack.planned.run for pack in cell.packs)
    return CellResult(number, cell.values, arms, _state(cell.packs, arms.values()), runs)


def _lanes(
    trained: Iterable[Trained], seen: Mapping[str, Mapping[LaneKey, Outcome]]
) -> dict[int, Outcome]:
    """What came of the lanes of an arm, by seed."""
    return {
        seed: seen[there.run].get((there.arm, seed), NOTHING)
        for there in trained
        for seed in there.seeds
    }


def _state(packs: Iterable[_Pack], arms: Iterable[ArmResult]) -> CellState:
    states = {pack.seen.state for pack in packs}
    if not states:
        return "waiting"
    if states == {"done"} or all(arm.ended == arm.seeds for arm in arms):
        return "done"
    if states & ALIVE:
        return "training"
    return "failed" if "failed" in states else "waiting"
