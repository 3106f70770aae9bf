"""One line of a chart: a lane, or the mean of several with the band that they span.

Lanes of one run and groups of several runs are both drawn as traces; whose they are, which ink
they have and what is beside them is for the maker to say (`tracing.py` makes those of a run).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grok_tui.monitor.dots import Pattern

SOLID: Pattern = ()
LINES: tuple[Pattern, ...] = (SOLID, (8, 3), (9, 3, 2, 3), (5, 2, 2, 2, 2, 2), (14, 3))
"""Patterns of main lines: those that share a hue, or have none, are told apart by them."""
REFERENCE: Pattern = (2, 2)
"""Of what a line is compared with: training beside test, chance beside a distance."""
RAW: Pattern = SOLID
"""Of what was smoothed."""

Band = Literal["min-max", "sd", "mean", "each"]
"""What is drawn of several members: their mean with everything that they did, with one standard
deviation to each side, alone; or each member by itself."""
BANDS: tuple[Band, ...] = ("min-max", "sd", "mean", "each")


@dataclass(frozen=True, eq=False)
class Member:
    """One series of numbers; `xs` must not decrease."""

    xs: Sequence[float]
    ys: Sequence[float]
    done: bool = True
    """Nothing will follow: what it has reached stands from then on, in means too."""


@dataclass(frozen=True, eq=False)
class Trace:
    """One line, and what it is called. The mean is that of numbers, on a log axis too."""

    key: str
    """Names it among the traces of a chart, from one drawing to the next."""
    role: int
    """Whose ink, 1 to 255."""
    members: tuple[Member, ...]
    letter: str = ""
    """Written at its end, so that lines are told apart without colour; empty: none."""
    label: str = ""
    """What the legend calls it; empty: it is not in the legend."""
    pattern: Pattern = SOLID
    base: str = ""
    """Key of the trace that a read-out gives the difference to."""
    group: str = ""
    """What it is hidden and pinned by, if that is not its key: an arm has several lines."""

    @property
    def owner(self) -> str:
        """What it is hidden and pinned by."""
        return self.group or self.key

    @property
    def count(self) -> int:
        """How many members have anything to show."""
        return sum(len(member.xs) > 0 for member in self.members)

    @property
    def name(self) -> str:
        """Its label, with the number of members if there are several: dense (3)."""
        return f"{self.label} ({self.count})" if len(self.members) > 1 else self.label


@dataclass(frozen=True)
class Reading:
    """What a trace is at one place of the x axis."""

    trace: Trace
    value: float
    """Of several members their mean; NaN if none of them is a number."""
    low: float
    high: float
    at: float
    """Where the value was measured, at or before the place that was asked for."""
    count: int = 1
    """Members that have a number there."""
    difference: float | None = None
    """From the trace that it is compared with; None if that has no value here."""


def readings(traces: Iterable[Trace], x: float) -> list[Reading]:
    """What each trace that has a label is at `x`, the highest first, what is no number last."""
    found = {
        trace.key: reading for trace in traces if trace.label and (reading := _reading(trace, x))
    }
    compared = [_compared(reading, found.get(reading.trace.base)) for reading in found.values()]
    return sorted(compared, key=lambda one: -one.value if math.isfinite(one.value) else math.inf)


def value_at(trace: Trace, x: float) -> float:
    """The value of a trace at or before `x`, of several members their mean; NaN if it has none."""
    reading = _reading(trace, x)
    return math.nan if reading is None else reading.value


def newest(traces: Iterable[Trace]) -> float:
    """The largest x that was measured; 0 before the first."""
    ends = [member.xs[-1] for trace in traces for member in trace.members if len(member.xs)]
    return max((end for end in ends if math.isfinite(end)), default=0.0)


def _reading(trace: Trace, x: float) -> Reading | None:
    """None where nothing was measured: before the first step, or not yet."""
    found = [point for member in trace.members if (point := _at(member, x)) is not None]
    if not found:
        return None
    values = [value for _, value in found if math.isfinite(value)]
    if not values:
        return Reading(trace, math.nan, math.nan, math.nan, found[0][0], 0)
    mean = sum(value / len(values) for value in values)
    at = max(at for at, _ in found)
    return Reading(trace, mean, min(values), max(values), at, len(values))


def _at(member: Member, x: float) -> tuple[float, float] | None:
    count = min(len(member.xs), len(member.ys))
    index = bisect_right(member.xs, x, 0, count) - 1
    if index < 0 or (index == count - 1 and not member.done and member.xs[index] < x < math.inf):
        return None
    return member.xs[index], member.ys[index]


def _compared(reading: Reading, base: Reading | None) -> Reading:
    if base is None or base.trace is reading.trace:
        return reading
    difference = reading.value - base.value
    if not math.isfinite(difference):
        return reading
    return replace(reading, difference=difference)
