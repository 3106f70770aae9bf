"""The next repeat of a sweep, planned by its driver when all packs have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.sweeps.design import read_written
from grok_tui.monitor.sweeps.folder import planning
from grok_tui.monitor.sweeps.repeating import further

if TYPE_CHECKING:
    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.monitor.sweeps.limits import Limits
    from grok_tui.monitor.sweeps.results import Board


def plan_next(sweep: SweepDir, board: Board, limits: Limits) -> str:
    """Make the packs of the next repeat; what there is to do now, or nothing.

    Raises PresetError or RunError if it cannot be planned.
    """
    with planning(sweep):
        plans = sweep.plans()
        if sum(len(plan.packs) for plan in plans) > len(board.packs):
            return "further packs were planned meanwhile"
        design = read_written(sweep.file)
        part = further(design, limits, plans, board.cells)
        if part is None:
            return ""
        plan = part.write(sweep, sweep.name)
    return f"planned: repeat {plan.repeat}, {len(plan.cells)} cells, {len(plan.packs)} packs"
