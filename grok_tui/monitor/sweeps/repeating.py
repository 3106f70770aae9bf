"""When a cell has seeds enough, and what is still to be run of a sweep whose packs have ended."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from grok_tui.monitor.sweeps.planning import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grok_tui.monitor.sweeps.design import Cell, Design
    from grok_tui.monitor.sweeps.folder import Plan
    from grok_tui.monitor.sweeps.limits import Limits
    from grok_tui.monitor.sweeps.results import ArmResult, CellResult
    from grok_tui.protocol.sweeps import Scalar, Stop

    Results = Mapping[tuple[Scalar, ...], CellResult]
    """Cells by their values."""


def enough(stop: Stop, cell: CellResult) -> bool:
    """Whether the rule says that a cell needs no further seeds: for every arm that it looks at."""
    arms = [cell.arms.get(stop.arm)] if stop.arm else list(cell.arms.values())
    return bool(arms) and all(arm is not None and _enough(stop, arm) for arm in arms)


def _enough(stop: Stop, arm: ArmResult) -> bool:
    without = arm.ended - arm.ended_generalised
    reached = 0 < stop.generalised <= arm.ended_generalised
    return reached or 0 < stop.not_generalised <= without


def further(
    design: Design, limits: Limits, earlier: Sequence[Plan], cells: Sequence[CellResult]
) -> Part | None:
    """The next repeat of the cells that need one, now that all packs have ended; None: no cell.

    Raises PresetError.
    """
    results = {cell.values: cell for cell in cells}
    for repeat in range(1, design.sweep.repeats):
        seeds = design.seeds_of(repeat)

        def wanted(cell: Cell, seeds: Sequence[int] = seeds) -> Sequence[int]:
            known = results.get(cell.values)
            return () if known is not None and enough(design.sweep.stop, known) else seeds

        make = partial(Part, design, earlier=earlier, seeds=wanted, repeat=repeat)
        if (part := limits.fit(make)).packs:
            return part
    return None
