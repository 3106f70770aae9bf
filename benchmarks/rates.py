"""From what each side did in each round to rates and ratios."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.sides import Slot


@dataclass(frozen=True)
class Ratio:
    """How many times as fast, by rounds: two sides of one round saw the same machine."""

    median: float
    low: float
    high: float


def rates(slots: Sequence[Slot]) -> tuple[float, ...]:
    """Lane-steps a second of each round."""
    return tuple(slot.rate for slot in slots)


def ratio(ours: Sequence[Slot], theirs: Sequence[Slot]) -> Ratio:
    """The median over the rounds of each round's ratio, and its range."""
    found = [our.rate / their.rate for our, their in zip(ours, theirs, strict=True)]
    return Ratio(median(found), min(found), max(found))


def measured_share(slots: Sequence[Slot]) -> float:
    """Part of all steps that were measured."""
    return sum(slot.measured for slot in slots) / sum(slot.lane_steps for slot in slots)


def measuring_cost(grid: Sequence[Slot], every: Sequence[Slot]) -> float | None:
    """Seconds that measuring a lane once adds, by the same lanes with more and fewer measurements.

    None where both were measured equally often.
    """
    more = measured_share(every) - measured_share(grid)
    if more <= 0:
        return None
    return (1 / median(rates(every)) - 1 / median(rates(grid))) / more
