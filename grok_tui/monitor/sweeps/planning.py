"""From a design to packs: which cells lack which seeds, and how they go together."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps import folder
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.sweeps.folder import MAX_NUMBERED, Plan, PlannedCell
from grok_tui.monitor.sweeps.packing import Pack, packs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grok_tui.monitor.sweeps.design import Cell, Design
    from grok_tui.monitor.sweeps.folder import PlannedPack, SweepDir
    from grok_tui.monitor.sweeps.packing import Most
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.sweeps import Scalar

    Known = Mapping[tuple[Scalar, ...], int]
    """Numbers of the cells that a sweep has, by their values."""


class Part:
    """What a plan is made of: cells of a design with the seeds that they lack."""

    def __init__(
        self,
        design: Design,
        most: Most,
        earlier: Sequence[Plan] = (),
        seeds: Callable[[Cell], Sequence[int]] | None = None,
        repeat: int = 0,
    ) -> None:
        """`seeds` are those that a cell shall have, by default the design's; what an earlier plan
        has already is left out. Raises PresetError: every cell is checked."""
        self._repeat = repeat
        self._axes = tuple(axis.name for axis in design.axes)
        _check_axes(design, self._axes, earlier)
        self._numbers = {cell.values: cell.number for plan in earlier for cell in plan.cells}
        self._done = _seeds(earlier)
        self._arms: dict[str, None] = {}
        self.cells: list[PlannedCell] = []
        self.lanes_asked = 0
        """Lanes that the cells would have by themselves."""
        asked = list(self._asked(design, seeds))  # all at once: hand in hand takes a third longer
        self.packs: list[Pack] = list(packs(asked, most, design.title))
        _check_rules(design, tuple(self._arms), max(self._numbers.values()))

    def _asked(
        self, design: Design, seeds: Callable[[Cell], Sequence[int]] | None
    ) -> Iterator[tuple[int, Config]]:
        """The experiment of each cell that lacks seeds, with its number."""
        free = count(max(self._numbers.values(), default=-1) + 1)
        for cell in design.cells:
            if cell.values not in self._numbers:
                self._numbers[cell.values] = next(free)
            number = self._numbers[cell.values]
            wanted = design.seeds if seeds is None else seeds(cell)
            known = self._done.get(number, ())
            lacking = [seed for seed in wanted if seed not in known]
            if lacking:
                config = design.config(cell, lacking)
                self.cells.append(PlannedCell(number, cell.values))
                self._arms.update(dict.fromkeys(arm.name for arm in config.arms))
                self.lanes_asked += len(config.arms) * len(config.seeds)
                yield number, config

    @property
    def lanes(self) -> int:
        """Lanes that are trained: what cells share is trained once."""
        return sum(pack.lanes for pack in self.packs)

    @property
    def steps(self) -> int:
        """Steps of all lanes, at most."""
        return sum(pack.steps for pack in self.packs)

    def write(
        self, sweep: SweepDir, name: str, told: Callable[[int], None] = lambda _: None
    ) -> Plan:
        """Make the packs' runs and the plan in the folder of the sweep. Raises RunError."""
        return folder.add(sweep, self._plan, self.packs, name, told)

    def _plan(self, made: Sequence[PlannedPack]) -> Plan:
        return Plan(
            repeat=self._repeat,
            axes=self._axes,
            arms=tuple(self._arms),
            cells=tuple(self.cells),
            packs=tuple(made),
        )


def _check_axes(design: Design, axes: Sequence[str], earlier: Sequence[Plan]) -> None:
    """Cells are known by their values, so that axes have to be those of before."""
    for plan in earlier:
        if plan.axes != axes:
            problem = f"other axes than before; expected {', '.join(plan.axes)}"
            raise PresetError(design.source, "sweep.axes", problem)


def _check_rules(design: Design, arms: Sequence[str], last: int) -> None:
    """What is asked of arms and of later repeats is there."""
    design.seeds_of(design.sweep.repeats - 1)
    stop = design.sweep.stop.arm
    if arms and stop and stop not in arms:
        problem = f"no cell has an arm {stop}; expected {', '.join(arms)}"
        raise PresetError(design.source, "sweep.stop.arm", problem)
    if last >= MAX_NUMBERED:
        problem = f"more than {MAX_NUMBERED} cells with those of before; expected a new sweep"
        raise PresetError(design.source, "sweep.axes", problem)


def _seeds(plans: Sequence[Plan]) -> dict[int, set[int]]:
    """The seeds that each cell has in these plans."""
    found: dict[int, set[int]] = {}
    for plan in plans:
        for pack in plan.packs:
            for cell in pack.cells:
                found.setdefault(cell, set()).update(pack.seeds)
    return found


def label(plan: Plan, cell: PlannedCell) -> str:
    """A cell's values by name."""
    return ", ".join(f"{name}={shown(value)}" for name, value in _named(plan, cell))


def _named(plan: Plan, cell: PlannedCell) -> Iterator[tuple[str, Scalar]]:
    yield from zip(plan.axes, cell.values, strict=True)
