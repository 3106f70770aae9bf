"""A line in whole dots of a canvas: levels merged, far values clamped, dashes cut."""

from __future__ import annotations

import math
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.reduce import Point

Dot = tuple[int, int]
"""Column and row, counted from the lower left corner."""
Pattern = tuple[int, ...]
"""Columns of dots that are drawn, left out, drawn and so on, over and over; empty: all drawn."""
STEEP = 3
"""Rows that a line climbs in a column from which on no gap is cut into it."""


def in_dots(run: Sequence[Point], y: Axis, rows: int) -> list[Dot]:
    """The run in whole dots counted from the bottom, at most one window height outside."""
    dots: list[Dot] = []
    for column, value in run:
        place = min(2.0, max(-1.0, y.fraction(value)))
        if y.log:  # what has no logarithm, or one below the axis, lies on its floor
            place = max(0.0, place)
        dot = (column, math.floor(place * (rows - 1) + 0.5))
        if dots and dots[-1] == dot:
            continue
        if len(dots) > 1 and dots[-1][1] == dots[-2][1] == dot[1]:
            dots[-1] = dot  # a level stretch needs its two ends only
        else:
            dots.append(dot)
    return dots


def dashes(run: Sequence[Dot], pattern: Pattern) -> list[list[Dot]]:
    """The run cut into dashes at fixed columns, so that a longer line keeps the ones it has.

    A steep part is drawn whole: it is what is looked at, and may be narrower than a gap.
    """
    if not pattern:
        return [list(run)]
    drawn = _drawn(pattern)
    pieces: list[list[Dot]] = []
    before: Dot | None = None
    joined = False
    """Whether the dot before is the end of the last piece."""
    for dot in _every_column(run):
        steep = before is not None and abs(dot[1] - before[1]) >= STEEP
        kept = drawn[dot[0] % len(drawn)]
        if before is not None and steep and not joined:
            pieces.append([before])
            joined = True
        if kept and not joined:
            pieces.append([])
        if kept or steep:
            pieces[-1].append(dot)
        before, joined = dot, kept or steep
    return pieces


def _drawn(pattern: Pattern) -> list[bool]:
    """Whether each column of one round of the pattern is drawn."""
    ends = list(accumulate(pattern))
    return [
        sum(column >= end for end in ends) % 2 == 0  # before the first end, the third and so on
        for column in range(ends[-1])
    ]


def _every_column(run: Sequence[Dot]) -> list[Dot]:
    full = list(run[:1])
    for (x0, y0), (x1, y1) in pairwise(run):
        full += [(x, y0 + round((y1 - y0) * (x - x0) / (x1 - x0))) for x in range(x0 + 1, x1)]
        full.append((x1, y1))
    return full
