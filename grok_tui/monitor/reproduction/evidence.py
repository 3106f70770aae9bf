"""What a rule may look at: runs that ended, and numbers of an arm over its seeds.

A number that was not reached in the steps that were trained is infinity, one that was not measured
is nan; neither is ever printed as a number. A lane that diverged was not measured, nor one that
never began because a mask or weights that it waits for never came: they say nothing of their arm.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan, nan
from statistics import median as middle_of
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from grok_tui.monitor.history import History, LaneHistory, Metric
    from grok_tui.monitor.reproduction.artifacts import Tensor
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

Time = Literal["t_mem", "t_gen", "tau_grok"]
WHOLE = ("steps", "generalised")
"""Reasons for the end of a lane that trained as long as it was to."""
Reader = Callable[["LaneHistory"], float | None]
"""Finds a number in a lane; None: it was not measured."""


def _nothing_left(_arm: str, _seed: int, _name: str) -> Tensor | None:
    return None


@dataclass(frozen=True, eq=False)
class Evidence:
    """One run that ended."""

    config: Config
    history: History
    run: str = ""
    """Its id."""
    tensor: Callable[[str, int, str], Tensor | None] = _nothing_left
    """What the lane of an arm and a seed left under a name such as `mask.W_U`."""

    @property
    def seconds(self) -> float:
        """How long the run trained."""
        ends = [lane.seconds[-1] for lane in self.history.lanes.values() if lane.steps]
        return max(ends, default=0.0)

    def lanes(self, arm: str) -> list[LaneHistory | None]:
        """The lanes of an arm, in the order of the seeds."""
        return [self.history.lanes.get((arm, seed)) for seed in self.config.seeds]

    def arms(self, keep: Callable[[Arm], bool]) -> list[Arm]:
        """The arms whose recipe fits, in the order of the configuration."""
        return [arm for arm in self.config.arms if keep(arm)]

    def times(self, arm: str, what: Time, label: str = "") -> Quantity:
        """When an arm memorises or generalises, or its tau_grok, over the seeds."""
        lanes = self.lanes(arm)
        values = tuple(_reached(lane, what) for lane in lanes)
        pairs = zip(lanes, values, strict=True)
        missed = [lane.step for lane, value in pairs if lane is not None and value == inf]
        return Quantity(label or arm, values, min(missed, default=0))

    def over_seeds(self, label: str, number: Callable[[int], float | None]) -> Quantity:
        """A quantity of anything that can be told of a seed; None: not measured."""
        found = (number(seed) for seed in self.config.seeds)
        return Quantity(label, tuple(nan if value is None else value for value in found))

    def of(self, arm: str, label: str, read: Reader) -> Quantity:
        """What a reader finds in each lane of an arm; nothing in one that never spoke."""
        found = [None if lane is None else read(lane) for lane in self.lanes(arm)]
        return Quantity(label, tuple(nan if value is None else value for value in found))

    def lane(self, arm: str, seed: int) -> LaneHistory | None:
        """The lane of an arm and a seed; None if it never spoke."""
        return self.history.lanes.get((arm, seed))

    def t_gen(self, arm: str, seed: int) -> float:
        """When the lane generalised; infinity if it never did in all its steps, else nan."""
        return _reached(self.lane(arm, seed), "t_gen")


Runs = Mapping[str, Evidence]
"""The runs of a row by the name of their preset."""


def _reached(lane: LaneHistory | None, what: Time) -> float:
    value = getattr(lane, what) if lane is not None else None
    if value is not None:
        return float(value)
    return inf if whole(lane) else nan


def whole(lane: LaneHistory | None) -> bool:
    """Whether a lane trained as long as it was to."""
    return lane is not None and lane.end is not None and lane.end.reason in WHOLE


@dataclass(frozen=True)
class Quantity:
    """A number of an arm over the seeds."""

    label: str
    values: tuple[float, ...]
    """One for each seed: infinity is not reached, nan not measured."""
    budget: int = 0
    """Steps in which it was not reached; 0: not known."""

    @property
    def known(self) -> tuple[float, ...]:
        """The values of the seeds in which there is one, infinity among them."""
        return tuple(value for value in self.values if not isnan(value))

    @property
    def median(self) -> float:
        """Over the seeds in which there is a value; nan without any."""
        return median(self.known)

    @property
    def words(self) -> str:
        """Median and range: 53 (50 to 178); not reached in 5000 (1 of 3 did: 2690); not measured.

        If it is not that of all seeds, of how many: 53 (50 to 56), in 2 of 3 seeds.
        """
        of, every = len(self.known), len(self.values)
        return self._words + (f", in {of} of {every} seeds" if 0 < of < every else "")

    @property
    def _words(self) -> str:
        known, finite = self.known, sorted(value for value in self.known if isfinite(value))
        if not known:
            return "not measured"
        never = f"not reached in {self.budget}" if self.budget else "not reached"
        if not isfinite(self.median):
            some = f" ({len(finite)} of {len(known)} did: {_listed(finite)})" if finite else ""
            return never + some
        if len(known) == 1:
            return number(self.median)
        top = number(finite[-1]) if len(finite) == len(known) else never
        return f"{number(self.median)} ({number(finite[0])} to {top})"

    @property
    def brief(self) -> str:
        """The median alone."""
        if isnan(self.median):
            return "not measured"
        return number(self.median) if isfinite(self.median) else "not reached"

    @property
    def line(self) -> str:
        """Label and words."""
        return f"{self.label} {self.words}"


def median(values: Iterable[float]) -> float:
    """The middle, infinity among the numbers; nan of none."""
    found = sorted(values)
    return middle_of(found) if found else nan


def number(value: float) -> str:
    """A number with at most three digits that count, whole from 100 on: 1699, 53, 0.42, 2.5e-07."""
    if abs(value) >= 100 or value == round(value):
        return f"{value:.0f}"
    return f"{value:.3g}"


def _listed(values: Sequence[float]) -> str:
    return ", ".join(map(number, values))


def metric(name: Metric, step: float = inf) -> Reader:
    """Reads the last value of a metric measured no later than a step; at first the last of all."""

    def read(lane: LaneHistory) -> float | None:
        return _no_later(lane.steps, lane.metrics[name], step)

    return read


def probe(name: str, step: float = inf) -> Reader:
    """The same of a probe that is a number."""

    def read(lane: LaneHistory) -> float | None:
        found = lane.probes.get(name)
        return None if found is None else _no_later(found.steps, found.values, step)

    return read


def probe_at(name: str, step: int) -> Reader:
    """Reads what a probe found at exactly this step; nothing if it was not measured there."""

    def read(lane: LaneHistory) -> float | None:
        found = lane.probes.get(name)
        if found is None:
            return None
        return dict(zip(found.steps, found.values, strict=True)).get(step)

    return read


def first_below(name: Metric, limit: float) -> Reader:
    """Reads the first measured step at which a metric is below a limit; infinity if it never is,
    nothing of a lane that did not come to its end."""

    def read(lane: LaneHistory) -> float | None:
        if not whole(lane):
            return None
        pairs = zip(lane.steps, lane.metrics[name], strict=True)
        return next((step for step, value in pairs if value < limit), inf)

    return read


def _no_later(steps: Sequence[float], values: Sequence[float], step: float) -> float | None:
    index = -1 if isnan(step) else bisect_right(steps, step) - 1
    return values[index] if index >= 0 else None
