"""A line in whole dots of a canvas: levels merged, far values clamped, dashes cut."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.reduce import Point

Dot = tuple[int, int]
"""Column and row, counted from the lower left corner."""
DASH_ON, DASH_OFF = 4, 3


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


def dashes(run: Sequence[Dot]) -> list[list[Dot]]:
    """The run cut into dashes at fixed columns, so that a longer line keeps the ones it has."""
    pieces: list[list[Dot]] = []
    before = -2
    for dot in _every_column(run):
        if dot[0] % (DASH_ON + DASH_OFF) >= DASH_ON:
            continue
        if dot[0] > before + 1:
            pieces.append([])
        pieces[-1].append(dot)
        before = dot[0]
    return pieces


def _every_column(run: Sequence[Dot]) -> list[Dot]:
    full = list(run[:1])
    for (x0, y0), (x1, y1) in pairwise(run):
        full += [(x, y0 + round((y1 - y0) * (x - x0) / (x1 - x0))) for x in range(x0 + 1, x1)]
        full.append((x1, y1))
    return full
