"""Traces on a canvas: lines, bands, letters and the cursor; drawn anew when that can be seen.

`plot` draws once; a `Plotter` draws one growing chart again and again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor import courses
from grok_tui.monitor.courses import Course
from grok_tui.monitor.dots import Dot, dashes, in_dots
from grok_tui.monitor.figures import (
    BLANK,
    FRAME,
    GUTTER,
    Cell,
    Grid,
    Mark,
    Stroke,
    canvas_size,
    cell_column,
    frame,
    raster,
)
from grok_tui.monitor.inks import dimmed
from grok_tui.monitor.traces import value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.courses import Swath
    from grok_tui.monitor.traces import Band, Trace

Size = tuple[int, int]
Placed = tuple[int, int, Cell]
"""Column, row and cell of something on the canvas."""
Shade = tuple[int, int, int]
"""Column of dots, and the first and last row of cells, from the bottom, that are shaded there."""
Shades = tuple[int, list[Shade]]
"""The role of a band, and what it shades."""
_SHADE = "\u2591"
_RULE = "\u250a"
_FOOT = "\u2534"
_COVERED = 3
"""Of the four dots of a cell's height, how many a band must cover for the cell to be shaded."""


@dataclass(frozen=True)
class Scene:
    """Where traces are drawn, and what is beside them."""

    x: Axis
    y: Axis
    marks: tuple[Mark, ...] = ()
    band: Band = "min-max"
    cursor: float | None = None
    """Where a rule stands, with the letter of each trace at its value."""


def plot(traces: Sequence[Trace], scene: Scene, size: Size) -> Grid:
    """The traces as rows of cells, see `Plotter.draw`."""
    return Plotter().draw(traces, scene, size)


class Plotter:
    """Draws one growing chart for the price of what is new.

    The same numbers give the same grid as `plot`; nothing that can be seen having changed, `draw`
    returns the very grid of the time before.
    """

    def __init__(self) -> None:
        self._courses: dict[str, Course] = {}
        self._canvas: tuple[Axis, int] | None = None
        self._strokes: dict[str, tuple[object, list[list[Dot]]]] = {}
        self._shades: dict[str, tuple[object, list[Swath], list[Shade]]] = {}
        self._rastered: tuple[object, Grid] | None = None
        self._drawn: object = None
        self._grid: Grid = []

    def draw(self, traces: Sequence[Trace], scene: Scene, size: Size) -> Grid:
        """`size` is width and height in cells; traces that come later lie on top."""
        columns, rows, framed = canvas_size(size)
        self._fold(traces, scene.x, columns)
        room = (columns, rows)
        shown = traces if columns * rows else ()
        strokes = [(trace.role, self._stroke(trace, scene.y, rows)) for trace in shown]
        bands = [(trace.role, self._band(trace, scene, rows)) for trace in shown if trace.letter]
        letters = self._at_cursor(shown, scene, room)
        letters += [self._letter(trace, scene.y, room) for trace in shown]
        drawn = (size, scene, strokes, bands, letters)
        if drawn != self._drawn:
            canvas = self._lines(room, strokes, bands)
            _rule(canvas, scene)
            _write_letters(canvas, letters)
            self._grid = _framed(canvas, scene) if framed else canvas
            self._drawn = drawn
        return self._grid

    def limits(
        self, traces: Sequence[Trace], x: Axis, size: Size, positive: bool
    ) -> tuple[float, float]:
        """Lowest and highest y of what these show at this size; NaN if they show nothing."""
        self._fold(traces, x, canvas_size(size)[0])
        return courses.limits((self._courses[trace.key] for trace in traces), positive)

    def _lines(self, room: Size, strokes: list[Stroke], bands: list[Shades]) -> Grid:
        """A new canvas with lines and bands; the raster is kept for a cursor that moves on it."""
        if self._rastered is None or self._rastered[0] != (room, strokes, bands):
            canvas = raster(strokes, *room)
            for role, band in reversed(bands):
                _shade(canvas, band, dimmed(role))
            self._rastered = ((room, strokes, bands), canvas)
        return [row[:] for row in self._rastered[1]]

    def _fold(self, traces: Sequence[Trace], x: Axis, columns: int) -> None:
        if self._canvas != (x, columns):
            self._courses, self._canvas = {}, (x, columns)
            self._strokes, self._shades = {}, {}
        for trace in traces:
            course = self._courses.setdefault(trace.key, Course(x, 2 * columns))
            course.fold(trace.members)

    def _stroke(self, trace: Trace, y: Axis, rows: int) -> list[list[Dot]]:
        course = self._courses[trace.key]
        seen = (course.version, trace.pattern, y, rows)
        kept = self._strokes.get(trace.key)
        if kept is None or kept[0] != seen:
            runs = (in_dots(run, y, 4 * rows) for run in course.runs())
            pieces = [piece for run in runs for piece in dashes(run, trace.pattern)]
            kept = self._strokes[trace.key] = (seen, pieces)
        return kept[1]

    def _band(self, trace: Trace, scene: Scene, rows: int) -> list[Shade]:
        """What a trace shades; worked out anew from the first column on that is another."""
        band = self._courses[trace.key].band(scene.band)
        axis, before, kept = self._shades.get(trace.key, (None, [], []))
        same = 0
        if axis == (scene.y, rows):
            pairs = zip(before, band, strict=False)
            same = next((n for n, (old, new) in enumerate(pairs) if old is not new), len(before))
        shades = kept[:same] + [_shaded(swath, scene.y, rows) for swath in band[same:]]
        self._shades[trace.key] = ((scene.y, rows), band, shades)
        return shades

    def _letter(self, trace: Trace, y: Axis, room: Size) -> Placed | None:
        """The letter at the end of what is seen of a line, if that is within the y axis."""
        end = self._courses[trace.key].end() if trace.letter else None
        if end is None:
            return None
        row = _row(y, end[1], room[1])
        return None if row is None else (end[0] // 2, row, (trace.letter, trace.role))

    def _at_cursor(self, traces: Sequence[Trace], scene: Scene, room: Size) -> list[Placed | None]:
        """The letter of each line where it passes the cursor; of several in a cell the topmost."""
        columns, rows = room
        if scene.cursor is None or not 0 <= scene.x.fraction(scene.cursor) <= 1:
            return []
        column = cell_column(scene.x, scene.cursor, columns)
        found: dict[int, Placed] = {}
        for trace in traces:
            end = self._courses[trace.key].end() if trace.letter else None
            if end is not None and column < end[0] // 2:  # at its end it has one already
                row = _row(scene.y, value_at(trace, scene.cursor), rows)
                if row is not None:
                    found[row] = (column, row, (trace.letter, trace.role))
        return list(found.values())


def _row(y: Axis, value: float, rows: int) -> int | None:
    """The row of the canvas that a value lies in; None: beyond the axis."""
    up = max(0.0, y.fraction(value)) if y.log else y.fraction(value)
    return rows - 1 - math.floor(up * (4 * rows - 1) + 0.5) // 4 if 0 <= up <= 1 else None


def _shaded(swath: Swath, y: Axis, rows: int) -> Shade:
    """The cells of a column that a band covers most of; none: the last is below the first."""
    column, low, high = swath
    bottom, top = _dot(y, low, rows), _dot(y, high, rows)
    return column, max(0, (bottom + 1) // 4), min(rows - 1, (top - _COVERED + 1) // 4)


def _shade(canvas: Grid, band: Sequence[Shade], role: int) -> None:
    """Shade what a band covers and no line is drawn on."""
    for column, first, last in band:
        for row in range(len(canvas) - 1 - last, len(canvas) - first):
            if canvas[row][column // 2] == BLANK:
                canvas[row][column // 2] = (_SHADE, role)


def _dot(y: Axis, value: float, rows: int) -> int:
    """The row of dots, from the bottom, at most one beyond the canvas."""
    place = y.fraction(value)
    share = 0.0 if math.isnan(place) else min(1.5, max(-0.5, place))
    return max(-1, min(4 * rows, math.floor(share * (4 * rows - 1) + 0.5)))


def _rule(canvas: Grid, scene: Scene) -> None:
    """A thin rule at the cursor, behind everything."""
    if scene.cursor is None or not 0 <= scene.x.fraction(scene.cursor) <= 1:
        return
    if not canvas or not canvas[0]:
        return
    column = cell_column(scene.x, scene.cursor, len(canvas[0]))
    for row in canvas:
        if row[column][0] in (" ", _SHADE):
            row[column] = (_RULE, FRAME)


def _framed(canvas: Grid, scene: Scene) -> Grid:
    grid = frame(canvas, scene.x, scene.y, scene.marks)
    if scene.cursor is not None and 0 <= scene.x.fraction(scene.cursor) <= 1:
        sill = grid[len(canvas)]
        column = GUTTER + cell_column(scene.x, scene.cursor, len(canvas[0]))
        if sill[column][1] == FRAME:
            sill[column] = (_FOOT, FRAME)
    return grid


def _write_letters(canvas: Grid, letters: Iterable[Placed | None]) -> None:
    """Put letters on the canvas; one whose place is taken goes to the next free one, rightwards."""
    taken: set[tuple[int, int]] = set()
    for column, row, cell in filter(None, letters):
        places = [*range(column, len(canvas[row])), *range(column - 1, -1, -1)]
        free = next((place for place in places if (place, row) not in taken), None)
        if free is not None:
            taken.add((free, row))
            canvas[row][free] = cell
