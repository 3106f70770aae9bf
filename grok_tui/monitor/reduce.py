"""A long series as at most two points a plot column: its lowest and its highest, in their order.

Every n-th point would lose spikes; the pair keeps them. Folding costs the new points only.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from grok_tui.monitor.columns import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.axes import Axis

Point = tuple[int, float]
SEEN = 1 << 31
"""A column that no chart has."""


@dataclass(slots=True)
class Span:
    """What one column holds of a series."""

    low: float
    high: float
    low_first: bool
    last: float
    """The last that is a number."""
    cut: bool = False
    """The line ends here: a value that is no number followed."""

    def add(self, later: Span) -> None:
        """Take in points that come after those already here."""
        lower, higher = later.low < self.low, later.high > self.high
        if lower and higher:
            self.low_first = later.low_first
        elif lower or higher:
            self.low_first = higher
        self.low, self.high = min(self.low, later.low), max(self.high, later.high)
        self.last = later.last if later.low <= later.high else self.last
        self.cut = later.cut


class Envelope:
    """The spans of one growing series over the columns of an x axis; x must not decrease."""

    def __init__(self, axis: Axis, columns: int) -> None:
        self._edges = _edges(axis, max(1, columns))
        self._spans: dict[int, Span] = {}
        self._read = 0
        self._last = (0.0, 0.0)
        self.version = 0
        """Grows with whatever is taken in."""
        self.fresh = 0
        """The first column that was taken into since a reader set it to `SEEN`."""

    def fold(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Take in what is new since the last call; another series starts over."""
        count = min(len(xs), len(ys))
        if self._read and (count < self._read or self._last != self._point(xs, ys, self._read - 1)):
            self._spans.clear()
            self._read = self.fresh = 0
            self.version += 1
        if self._read < count:
            self._add(_plain(xs, self._read, count), _plain(ys, self._read, count))
            self._read, self._last = count, self._point(xs, ys, count - 1)

    def runs(self) -> list[list[Point]]:
        """The points, (column, y), as lines that are not connected to each other."""
        runs: list[list[Point]] = [[]]
        for column, span in self.spans():
            if span.low <= span.high:
                ends = (span.low, span.high) if span.low_first else (span.high, span.low)
                runs[-1].append((column, ends[0]))
                if ends[0] != ends[1]:
                    runs[-1].append((column, ends[1]))
            if span.cut:
                runs.append([])
        return [run for run in runs if run]

    def spans(self) -> list[tuple[int, Span]]:
        """Each column that holds something, from the left."""
        return sorted(self._spans.items())

    def limits(self, positive: bool) -> tuple[float, float]:
        """Lowest and highest y, if asked of those above zero; (inf, -inf) if there are none."""
        lows = [span.low for span in self._spans.values()]
        highs = [span.high for span in self._spans.values()]
        if positive:
            lows = [high if low <= 0 else low for low, high in zip(lows, highs, strict=True)]
            lows = [low for low in lows if low > 0]
            highs = [high for high in highs if high > 0]
        return min(lows, default=math.inf), max(highs, default=-math.inf)

    def _add(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Take these points in, column by column."""
        edges, start, stop = self._edges, 0, len(xs)
        while start < stop:
            x = xs[start]
            column = bisect_right(edges, x) - 1
            if math.isnan(x):
                start += 1
            elif column < 0:  # before the axis begins: step 0 has no place on a log axis
                start = max(start + 1, bisect_left(xs, edges[0], start, stop))
            elif column == len(edges) - 1:
                return
            else:
                end = max(start + 1, bisect_left(xs, edges[column + 1], start, stop))
                self._add_to(column, _span(ys[start:end]))
                start = end

    def _add_to(self, column: int, span: Span) -> None:
        if column in self._spans:
            self._spans[column].add(span)
        else:
            self._spans[column] = span
        self.version += 1
        self.fresh = min(self.fresh, column)

    @staticmethod
    def _point(xs: Sequence[float], ys: Sequence[float], index: int) -> tuple[float, float]:
        y = ys[index]
        return xs[index], y if math.isfinite(y) else 0.0


@lru_cache(maxsize=16)
def _edges(axis: Axis, columns: int) -> list[float]:
    """Where each column begins, and where the last one ends."""
    if columns == 1:
        return [-math.inf, math.inf]
    return [axis.value((column - 0.5) / (columns - 1)) for column in range(columns + 1)]


def _plain(values: Sequence[float], start: int, stop: int) -> Sequence[float]:
    """Part of the values, so that looking one up costs no call of ours."""
    return values.plain(start, stop) if isinstance(values, Column) else values[start:stop]


def _span(values: Sequence[float]) -> Span:
    if len(values) == 1 and math.isfinite(values[0]):
        return Span(values[0], values[0], low_first=True, last=values[0])
    # a NaN anywhere makes min and max depend on the order, so look for one first
    if math.isfinite(sum(values)):
        return _between(values)
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return Span(math.inf, -math.inf, low_first=True, last=math.nan, cut=True)
    span = _between(finite)
    span.cut = not math.isfinite(values[-1])
    return span


def _between(values: Sequence[float]) -> Span:
    low, high = min(values), max(values)
    return Span(low, high, values.index(low) <= values.index(high), values[-1])
