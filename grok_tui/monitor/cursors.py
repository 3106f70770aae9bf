"""Where the value cursor can stand: on what was measured, a column of the canvas at a time."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from grok_tui.monitor.figures import canvas_size, cell_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.plotter import Size
    from grok_tui.monitor.traces import Trace


def snapped(traces: Iterable[Trace], x: float) -> float:
    """The last place at or before `x` where something was measured; else the first, else `x`."""
    series = _series(traces)
    before = [xs[at - 1] for xs in series if (at := bisect_right(xs, x)) > 0]
    return max(before, default=min((xs[0] for xs in series), default=x))


def moved(traces: Iterable[Trace], x: Axis, size: Size, cursor: float, by: int) -> float:
    """Where a cursor comes to that is moved by so many columns, on to what was measured there.

    `x` is the axis as it is shown. Where nothing was measured that far on, it goes to the last
    that was; it never leaves the axis.
    """
    columns = canvas_size(size)[0]
    if columns < 2 or not 0 <= x.fraction(cursor) <= 1:
        return cursor
    series = [_Within(xs, x) for xs in _series(traces)]
    column = min(columns - 1, max(0, cell_column(x, cursor, columns) + by))
    if by > 0:
        found = [place for one in series if (place := one.after(_edge(x, column, columns, -0.5)))]
        ends = [one.last for one in series if one.last is not None]
        there = min((place[0] for place in found), default=max(ends, default=cursor))
    else:
        found = [place for one in series if (place := one.before(_edge(x, column, columns, 1.5)))]
        starts = [one.first for one in series if one.first is not None]
        there = max((place[0] for place in found), default=min(starts, default=cursor))
    return there


def _edge(x: Axis, column: int, columns: int, dot: float) -> float:
    """The value at a dot of a column: two a column, -0.5 is its left edge and 1.5 its right."""
    return x.value((2 * column + dot) / (2 * columns - 1))


class _Within:
    """The places of one series that lie on the part of an axis that is shown."""

    def __init__(self, xs: Sequence[float], x: Axis) -> None:
        self._xs = xs
        self._start, self._stop = bisect_left(xs, x.low), bisect_right(xs, x.high)

    @property
    def first(self) -> float | None:
        return self._xs[self._start] if self._start < self._stop else None

    @property
    def last(self) -> float | None:
        return self._xs[self._stop - 1] if self._start < self._stop else None

    def after(self, edge: float) -> tuple[float, ...]:
        """The first at or behind an edge, if there is one."""
        at = max(self._start, bisect_left(self._xs, edge))
        return (self._xs[at],) if at < self._stop else ()

    def before(self, edge: float) -> tuple[float, ...]:
        """The last at or before an edge, if there is one."""
        at = min(self._stop, bisect_right(self._xs, edge))
        return (self._xs[at - 1],) if at > self._start else ()


def _series(traces: Iterable[Trace]) -> list[Sequence[float]]:
    found = [member.xs for trace in traces for member in trace.members if len(member.xs)]
    return [xs for xs in found if math.isfinite(xs[0]) and math.isfinite(xs[-1])]
