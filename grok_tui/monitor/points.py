"""Points in a plane, each with its number where there is room for it, and words as cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grok_tui.monitor.axes import Axis, value_axis
from grok_tui.monitor.figures import canvas_size, frame
from grok_tui.monitor.text import columns as columns_of
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Cell, Grid

_BLANK: Cell = (" ", None)
_DOT = "\u00b7"


def points(found: Sequence[tuple[float, float]], role: int, size: tuple[int, int]) -> Grid:
    """The points around the origin, both axes alike; written as 0, 1, 2 and on, else as a dot."""
    columns, rows, framed = canvas_size(size)
    canvas = scattered(found, [role] * len(found), (columns, rows))
    axis = _around_zero(found)
    return frame(canvas, axis, axis) if framed else canvas


def scattered(
    found: Sequence[tuple[float, float]], roles: Sequence[int], size: tuple[int, int]
) -> Grid:
    """The same without a frame, each point with a role of its own."""
    columns, rows = size
    canvas: Grid = [[_BLANK] * columns for _ in range(rows)]
    axis = _around_zero(found)
    places = [_place(point, axis, columns, rows) for point in found] if columns * rows else []
    for number, ((column, row), role) in enumerate(zip(places, roles, strict=False)):
        _write(canvas[row], column, str(number), role)
    for (column, row), role in zip(places, roles, strict=False):
        if canvas[row][column] == _BLANK:  # after the numbers: a dot must take no room from one
            canvas[row][column] = (_DOT, role)
    return canvas


def words(rows: Sequence[tuple[str, int]], size: tuple[int, int]) -> Grid:
    """Lines of text with their roles on a grid of this size; what does not fit is cut."""
    width, height = (max(0, number) for number in size)
    grid: Grid = [[_BLANK] * width for _ in range(height)]
    for line, (text, role) in zip(grid[1:], rows, strict=False):
        cut = safe(text, width - 1)
        if len(cut) == columns_of(cut):  # what is wider than its letters would shift the line
            line[1 : 1 + len(cut)] = [(character, role) for character in cut]
    return grid


def _around_zero(found: Sequence[tuple[float, float]]) -> Axis:
    reach = max((abs(value) for point in found for value in point), default=0.0)
    top = value_axis(0.0, reach or 1.0, log=False).high
    return Axis(-top, top)


def _place(point: tuple[float, float], axis: Axis, columns: int, rows: int) -> tuple[int, int]:
    """Column and row of a point."""
    across, up = (axis.fraction(value) for value in point)
    return math.floor(across * (columns - 1) + 0.5), rows - 1 - math.floor(up * (rows - 1) + 0.5)


def _write(row: list[Cell], column: int, text: str, role: int) -> None:
    """Write a number so that its place is in it, unless it would touch what is there."""
    start = max(0, min(column - len(text) // 2, len(row) - len(text)))
    around = row[max(0, start - 1) : start + len(text) + 1]
    if len(text) <= len(row) and all(cell == _BLANK for cell in around):
        row[start : start + len(text)] = [(character, role) for character in text]
