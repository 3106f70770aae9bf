"""What came of each arm over its seeds."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from statistics import median
from typing import TYPE_CHECKING

from grok_tui.monitor.roles import Role, baselines, is_missing, role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config


@dataclass(frozen=True)
class Spread:
    """A milestone over the seeds of an arm. A seed that ended without it counts as infinity."""

    median: float | None = None
    """Over the seeds that reached it or ended; None: none has, or too many ended without it."""
    low: float | None = None
    high: float | None = None
    """Least and most, of the seeds that reached it."""
    reached: int = 0
    missed: int = 0
    """Seeds that ended without it."""
    pending: int = 0
    """Seeds that still train or have not begun."""
    budget: int = 0
    """Most steps that a seed without it was trained."""


@dataclass(frozen=True)
class ArmRow:
    """One arm over all its seeds. Seeds whose mask or weights never came are in no spread."""

    arm: str
    role: Role
    seeds: int
    t_mem: Spread
    t_gen: Spread
    tau_grok: Spread
    speedup: float | None
    """Median over seeds of t_gen(dense) / t_gen(arm), of the dense arm that learns the same task;
    None where too many ended without one."""
    test_accuracy: float | None
    """Median over seeds of the last measured one."""
    kept: float | None
    """Share of the weights that the mask keeps, 0 to 1; median over seeds."""
    l1_ratio: float | None
    """Norm at the start over that of the dense weights; median over seeds."""
    l2_ratio: float | None


def arm_rows(config: Config, history: History) -> tuple[ArmRow, ...]:
    """A row for each arm, in the order of the configuration."""
    bases = baselines(config)
    return tuple(_row(config, history, arm, bases.get(arm.name, "")) for arm in config.arms)


def _row(config: Config, history: History, arm: Arm, dense: str) -> ArmRow:
    every = [history.lanes.get((arm.name, seed)) for seed in config.seeds]
    lanes = [lane for lane in every if not is_missing(lane)]
    starts = [lane.start for lane in lanes if lane is not None and lane.start is not None]
    ratios = [speedup(history.lanes.get((dense, lane.seed)), lane) for lane in lanes if lane]
    t_gen = spread((lane, lane.t_gen if lane else None) for lane in lanes)
    accuracies = [lane.last("test_accuracy") for lane in lanes if lane is not None]
    return ArmRow(
        arm=arm.name,
        role=role(config, history, arm),
        seeds=len(config.seeds),
        t_mem=spread((lane, lane.t_mem if lane else None) for lane in lanes),
        t_gen=t_gen,
        tau_grok=spread((lane, lane.tau_grok if lane else None) for lane in lanes),
        speedup=_finite(_median(ratio for ratio in ratios if ratio is not None))
        if t_gen.median is not None
        else None,
        test_accuracy=_median(value for value in accuracies if value is not None),
        kept=_median(start.kept_share for start in starts),
        l1_ratio=_median(start.l1_ratio for start in starts),
        l2_ratio=_median(start.l2_ratio for start in starts),
    )


def speedup(base: LaneHistory | None, lane: LaneHistory) -> float | None:
    """t_gen(dense) / t_gen(arm) of one seed; infinite where one of them ended without it."""
    if base is None or (base.t_gen is None and lane.t_gen is None):
        return None
    if base.t_gen is None or lane.t_gen is None:
        missed = lane if lane.t_gen is None else base
        open_end = missed.end is None or missed.end.reason == "halted"
        return None if open_end else -inf if missed is lane else inf
    return base.t_gen / max(1, lane.t_gen)


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def spread(values: Iterable[tuple[LaneHistory | None, float | None]]) -> Spread:
    """Lanes and what they reached, put together."""
    return spread_of(
        (value, lane.end.step if lane is not None and lane.end is not None else None)
        for lane, value in values
    )


def spread_of(values: Iterable[tuple[float | None, int | None]]) -> Spread:
    """What lanes reached, if anything, and the steps after which they ended, if they did."""
    reached: list[float] = []
    budgets: list[int] = []
    pending = 0
    for value, end in values:
        if value is not None:
            reached.append(value)
        elif end is not None:
            budgets.append(end)
        else:
            pending += 1
    middle = _median([*reached, *(inf for _ in budgets)])
    return Spread(
        median=_finite(middle),
        low=min(reached, default=None),
        high=max(reached, default=None),
        reached=len(reached),
        missed=len(budgets),
        pending=pending,
        budget=max(budgets, default=0),
    )


def _median(values: Iterable[float]) -> float | None:
    found = sorted(values)
    return median(found) if found else None
