"""What came of each arm over its seeds, and which part its recipe plays in the comparison."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from statistics import median
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

Role = Literal[
    "dense",
    "grokked ticket",
    "non-grokked ticket",
    "ticket",
    "norm control",
    "sparsity control",
    "other",
]
"""From the recipe, never the name. `ticket`: its masks are not there yet, or of both kinds."""


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
    """Median over seeds of t_gen(dense) / t_gen(arm); None where too many ended without one."""
    test_accuracy: float | None
    """Median over seeds of the last measured one."""
    kept: float | None
    """Share of the weights that the mask keeps, 0 to 1; median over seeds."""
    l1_ratio: float | None
    """Norm at the start over that of the dense weights; median over seeds."""
    l2_ratio: float | None


def arm_rows(config: Config, history: History) -> tuple[ArmRow, ...]:
    """A row for each arm, in the order of the configuration."""
    dense = next((arm.name for arm in config.arms if recipe_role(arm) == "dense"), "")
    return tuple(_row(config, history, arm, dense) for arm in config.arms)


def recipe_role(arm: Arm) -> Role:
    """The role that a recipe is meant for; a ticket's own kind follows from its recorded mask."""
    rewound = arm.rewind_to in ("init", 0)
    if arm.method == "none":
        if arm.scale_to.arm:
            return "norm control" if rewound else "other"
        return "dense" if rewound else "other"
    if not rewound:
        return "other"
    if arm.method == "magnitude" and arm.mask_from.arm:
        return "ticket"
    # Magnitude of its own initial weights is a mask that saw no training, as random is.
    return "sparsity control"


def role(config: Config, history: History, arm: Arm) -> Role:
    """The role of an arm as it was run: a mask from before generalisation makes no grokked ticket.

    Decided by the recorded mask step against t_gen of the arm the mask was read from, seed by seed.
    """
    meant = recipe_role(arm)
    if meant != "ticket":
        return meant
    kinds = {
        is_late(history, lane)
        for seed in config.seeds
        if (lane := history.lanes.get((arm.name, seed))) is not None and lane.start is not None
    }
    if kinds == {True}:
        return "grokked ticket"
    return "non-grokked ticket" if kinds == {False} else "ticket"


def is_late(history: History, lane: LaneHistory) -> bool:
    """Whether a lane's mask was read when the arm it comes from had generalised."""
    if lane.start is None or lane.start.mask_step is None:
        return False
    source = history.lanes.get((lane.start.mask_arm, lane.seed))
    reached = source.t_gen if source is not None else None
    return reached is not None and lane.start.mask_step >= reached


def is_missing(lane: LaneHistory | None) -> bool:
    """Whether a lane never ran because what it needed never came."""
    return lane is not None and lane.end is not None and lane.end.reason == "unavailable"


def _row(config: Config, history: History, arm: Arm, dense: str) -> ArmRow:
    every = [history.lanes.get((arm.name, seed)) for seed in config.seeds]
    lanes = [lane for lane in every if not is_missing(lane)]
    starts = [lane.start for lane in lanes if lane is not None and lane.start is not None]
    ratios = [_speedup(history.lanes.get((dense, lane.seed)), lane) for lane in lanes if lane]
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


def _speedup(base: LaneHistory | None, lane: LaneHistory) -> float | None:
    """t_gen(dense) / t_gen(arm) of one seed; infinite where one of them ended without it."""
    if base is None or (base.t_gen is None and lane.t_gen is None):
        return None
    if base.t_gen is None or lane.t_gen is None:
        missed = lane if lane.t_gen is None else base
        return None if missed.end is None else -inf if missed is lane else inf
    return base.t_gen / max(1, lane.t_gen)


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def spread(values: Iterable[tuple[LaneHistory | None, float | None]]) -> Spread:
    """Lanes and what they reached, put together."""
    reached: list[float] = []
    budgets: list[int] = []
    pending = 0
    for lane, value in values:
        if value is not None:
            reached.append(value)
        elif lane is not None and lane.end is not None:
            budgets.append(lane.end.step)
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
