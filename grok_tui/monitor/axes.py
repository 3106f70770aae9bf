"""The axes of a chart: where a value lies between the limits, and which ticks are labelled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

_NICE = (1.0, 2.0, 5.0, 10.0)
_HUGE = 1e300  # limits beyond it would not fit a number
_TINY = 1e-300
_FLOOR = 1e-30
"""Least limit of a log axis."""
_FINEST = 1e-9
"""Least part of a value that a window spans."""
_APART = 0.02
"""Least part of a value that an axis spans: labels have three digits."""


@dataclass(frozen=True)
class Axis:
    """Limits in data units, low below high; a log axis has limits above zero."""

    low: float
    high: float
    log: bool = False

    def fraction(self, value: float) -> float:
        """Where a value lies: 0 at the low end, 1 at the high one; NaN if it has no place.

        On a log axis zero and negative values are at -inf.
        """
        if not math.isfinite(value):
            return math.nan
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return -math.inf
        low, span = self._decades_spanned
        return (math.log10(value) - low) / span

    @cached_property
    def _decades_spanned(self) -> tuple[float, float]:
        low = math.log10(self.low)
        return low, math.log10(self.high) - low

    def value(self, fraction: float) -> float:
        """The value at a fraction of the axis, the inverse of `fraction`."""
        if not self.log:
            return self.low + fraction * (self.high - self.low)
        low, high = math.log10(self.low), math.log10(self.high)
        return float(10 ** min(300.0, low + fraction * (high - low)))

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most `most` round values between the limits, each with a label of its own."""
        while most > 0:
            values = self._rounds(most)
            found = [(value, short(value)) for value in values]
            if len({label for _, label in found}) == len(found):
                return found
            most = len(found) - 1
        return []

    def _rounds(self, most: int) -> list[float]:
        """Powers of ten on a log axis; where it is too short for two of them, even steps."""
        if self.log and self.high > 100 * self.low:
            return self._decades(most)
        decades = self._decades(most) if self.log else []
        return decades if len(decades) > 1 else self._steps(most)

    def _decades(self, most: int) -> list[float]:
        first = math.ceil(math.log10(self.low) - 1e-9)
        last = math.floor(math.log10(self.high) + 1e-9)
        stride = 1
        while (last - first) // stride + 1 > most:
            stride += 1
        return [10.0**power for power in range(first, last + 1, stride)]

    def _steps(self, most: int) -> list[float]:
        step = nice_step((self.high - self.low) / most)
        while True:
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            if last - first + 1 <= most:
                return [number * step for number in range(first, last + 1)]
            step = nice_step(step * 1.5)


ACCURACY = Axis(0.0, 1.0)
"""Always the same, so that two charts of accuracy can be compared by eye."""

EXPLAINED = Axis(-0.2, 1.0)
"""Of the share of the variance that is explained: below zero where the mean would do better."""


def index_axis(last: int, log: bool) -> Axis:
    """The numbers 1 to `last`."""
    return Axis(1.0, float(max(2, last)), log=log)


def step_axis(planned: int, log: bool) -> Axis:
    """Steps, from the planned number alone so that the axis never moves while a run trains."""
    planned = max(1, planned)
    if log:
        return Axis(1.0, float(10 ** max(1, len(str(planned - 1)))), log=True)
    return Axis(0.0, _ceil(float(planned), nice_step(planned / 5) / 2))


def seconds_axis(first: float, last: float, log: bool) -> Axis:
    """Times from the first that was measured to the last, which grow: on to a round number."""
    last = min(max(last, 1.0), _HUGE) if math.isfinite(last) else 1.0
    if log:
        first = min(max(first, 1e-3), last) if math.isfinite(first) else 1.0
        return _round_log(first, last)
    return Axis(0.0, nice_step(last))


def windowed(whole: Axis, window: tuple[float, float] | None) -> Axis:
    """The part of an axis that is shown, within what numbers can tell apart; None: all of it."""
    shown = None if window is None else limited(window, whole.log)
    if shown is None:
        return whole
    span = whole.fraction(shown.high) - whole.fraction(shown.low)
    return shown if span > _FINEST else whole


def limited(limits: tuple[float, float], log: bool) -> Axis | None:
    """An axis with these limits; None: they are too close to each other to be told apart."""
    low, high = (min(max(end, -_HUGE), _HUGE) for end in limits)
    if log:
        low, high = max(low, _FLOOR), max(high, _FLOOR)
    least = max(abs(low), abs(high), _TINY) * _FINEST
    return Axis(low, high, log) if high - low > least else None


def value_axis(low: float, high: float, log: bool, before: Axis | None = None) -> Axis:
    """Round limits around the data; `before` is kept while the data still fit and fill it.

    The hysteresis spares a redraw of the whole chart: new limits are taken when the data leave
    the old ones, or fill less than a third of them.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        return Axis(0.1, 10.0, log=True) if log else Axis(0.0, 1.0)
    low, high = (min(max(value, -_HUGE), _HUGE) for value in (low, high))
    if before is not None and before.log == log:
        bottom, top = before.fraction(low), before.fraction(high)
        if bottom >= 0 and top <= 1 and top - bottom >= 1 / 3:
            return before
    return _round_log(low, high) if log else _round_linear(low, high)


def nice_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    least = max(abs(least), _TINY)
    power = 10.0 ** math.floor(math.log10(least))
    return power * next(nice for nice in _NICE if nice * power >= least * (1 - 1e-9))


def short(value: float) -> str:
    """A number in at most five characters: 0, 0.25, 12.5, 1k, 30k, 2M, 1e-12."""
    size = abs(value)
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if limit <= size < limit * 1000:
            return (
                f"{value / limit:.4g}{unit}" if size < limit * 10 else f"{value / limit:.3g}{unit}"
            )
    if size and (size < 0.01 or size >= 1e12):
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return f"{value:.3g}"


def _round_linear(low: float, high: float) -> Axis:
    # a margin, so that a slowly growing norm does not need new limits at every tick
    span = max(high - low, _APART * max(abs(low), abs(high)), 1e-9)
    step = nice_step(span / 4)
    bottom = _floor(low, step)
    return Axis(bottom, max(_ceil(high, step), bottom + 2 * step))


def _round_log(low: float, high: float) -> Axis:
    high = max(high, _FLOOR)
    low = min(max(low, _FLOOR), high)
    bottom = math.floor(math.log10(low) + 1e-9)
    top = math.ceil(math.log10(high) - 1e-9)
    return Axis(10.0**bottom, 10.0 ** max(top, bottom + 1), log=True)


def _floor(value: float, step: float) -> float:
    return math.floor(value / step + 1e-9) * step


def _ceil(value: float, step: float) -> float:
    return math.ceil(value / step - 1e-9) * step
