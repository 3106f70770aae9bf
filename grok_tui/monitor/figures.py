"""Numbers to a grid of cells: the one module that knows plotext.

A cell is a character and a role, a small number that says whose ink it is; what colour a role has
is for the widget to say, so that a new theme needs no new raster. plotext draws the lines, in
dots, from integers; frame, ticks and letters are ours. What plotext 6.1 cannot take (NaN, infinite
or far values end the process, two threads in one figure crash it) never reaches it.
"""

from __future__ import annotations

import math
import sys
import threading
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from grok_tui.monitor.charset import spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.dots import Dot

Cell = tuple[str, int | None]
Grid = list[list[Cell]]
Stroke = tuple[int, "list[list[Dot]]"]
"""The role of a line, and its pieces in dots."""

FRAME = 0
"""The role of frame, ticks and labels; lines have roles 1 to 255."""
GUTTER = 6
"""Columns left of the canvas: a label of five and the frame."""
SILL = 2
"""Rows below the canvas: the frame and the labels."""
ASIDE = 2
"""Columns that a mark may stand from its place."""
_MIDDLE = 0.5016
BLANK: Cell = (" ", None)


@dataclass(frozen=True)
class Mark:
    """A letter on the x axis: something happened there."""

    role: int
    letter: str
    x: float


def canvas_size(size: tuple[int, int]) -> tuple[int, int, bool]:
    """Columns and rows of the canvas, and whether there is room for a frame around it."""
    width, height = max(0, size[0]), max(0, size[1])
    if width < GUTTER + 4 or height < SILL + 2:
        return width, height, False
    return width - GUTTER, height - SILL, True


def to_text(grid: Grid, palette: Sequence[int] = ()) -> str:
    """The grid as lines of text; with a palette of xterm-256 numbers by role, in colour."""
    lines = []
    for row in grid:
        text, ink = "", None
        for character, role in row:
            colour = palette[role] if role is not None and role < len(palette) else None
            if colour != ink and character != " ":
                text += "\x1b[0m" if colour is None else f"\x1b[38;5;{colour}m"
                ink = colour
            text += character
        lines.append(text.rstrip() + ("" if ink is None else "\x1b[0m"))
    return "\n".join(lines)


def to_ascii(grid: Grid) -> Grid:
    """The grid for a terminal without braille: a dot in the lower or the upper half, or both."""
    return [[(spelled(character, "ascii"), role) for character, role in row] for row in grid]


def frame(canvas: Grid, x: Axis, y: Axis, marks: Sequence[Mark] = ()) -> Grid:
    """The canvas with its left and lower frame, ticks, labels and marks."""
    rows, columns = len(canvas), len(canvas[0])
    labels = {
        rows - 1 - math.floor(y.fraction(value) * (4 * rows - 1) + 0.5) // 4: label
        for value, label in y.ticks(max(2, rows // 2))
    }
    grid = [
        [(c, FRAME) if c != " " else BLANK for c in f"{labels.get(row, ''):>5.5}"]
        + [("┤" if row in labels else "│", FRAME), *cells]
        for row, cells in enumerate(canvas)
    ]
    sill: list[Cell] = [*[BLANK] * (GUTTER - 1), ("└", FRAME), *[("─", FRAME)] * columns]
    below: list[Cell] = [BLANK] * (GUTTER + columns)
    for value, label in x.ticks(max(2, columns // 9)):
        column = GUTTER + cell_column(x, value, columns)
        sill[column] = ("┬", FRAME)
        start = max(0, min(column - len(label) // 2, len(below) - len(label)))
        below[start : start + len(label)] = [(c, FRAME) for c in label]
    _write_marks(sill, x, marks, columns)
    return [*grid, sill, below]


def _write_marks(sill: list[Cell], x: Axis, marks: Sequence[Mark], columns: int) -> None:
    """Put marks on the frame; of several at one place the later go a little to the right of it.

    One that would stand too far from its place is left out: it would say something else.
    """
    taken: set[int] = set()
    for mark in marks:
        if 0 <= x.fraction(mark.x) <= 1:
            place = GUTTER + cell_column(x, mark.x, columns)
            free = [at for at in range(place, place + ASIDE + 1) if at not in taken]
            if free and free[0] < len(sill):
                taken.add(free[0])
                sill[free[0]] = (mark.letter, mark.role)


def cell_column(x: Axis, value: float, columns: int) -> int:
    """The column of the canvas that a value within the axis lies in."""
    return math.floor(x.fraction(value) * (2 * columns - 1) + 0.5) // 2


class _Colour(Protocol):
    def foreground(self) -> tuple[int, int, int]: ...


class _Matrix(Protocol):
    """What plotext builds."""

    def string(self, colorless: bool) -> str: ...
    def get(self, row: int, column: int) -> _Colour: ...


_LOCAL = threading.local()


def prepare() -> None:
    """Import plotext now, so that the first chart need not: 0.06 s.

    Without the help that it would write: of all its names, 0.09 s and 4 MB, and nobody asks for it.
    """
    unwritten = ModuleType("plotext._doc.doc")
    vars(unwritten)["docs"] = None
    sys.modules.setdefault(unwritten.__name__, unwritten)
    import plotext  # type: ignore[import-untyped]  # noqa: F401


def _plotext() -> tuple[Any, Any]:
    """A figure of this thread's own, and the marker factory."""
    if not hasattr(_LOCAL, "figure"):
        prepare()
        from plotext import figure, marker, terminal

        terminal.limit(False, False)  # otherwise every size is cut to the real terminal's
        _LOCAL.figure, _LOCAL.marker = type(figure)(terminal), marker
    return _LOCAL.figure, _LOCAL.marker


def raster(strokes: Sequence[Stroke], columns: int, rows: int) -> Grid:
    """The canvas of lines given in dots, two a column and four a row."""
    if min(columns, rows) < 2 or not any(pieces for _, pieces in strokes):
        return [[BLANK] * columns for _ in range(rows)]
    figure, marker = _plotext()
    figure.clear.all()
    figure.plot_size(columns, rows)
    figure.theme("colorless")  # after clear, which paints the canvas white
    figure.axes(False).ruler(["x", "y"]).frequency(0)
    # it puts the limits in the middle of the outermost cells; these put dot n into dot n
    figure.ruler("x").lim(2 * _MIDDLE - 0.5, 2 * (columns - _MIDDLE) - 0.5)
    figure.ruler("y").lim(4 * _MIDDLE - 0.5, 4 * (rows - _MIDDLE) - 0.5)
    for role, pieces in strokes:
        dots = [dot for piece in pieces for dot in piece]
        if not dots:
            continue
        ink = marker("braille", pixel=(0, 0, role))
        signal = figure.signal([dot[0] for dot in dots], [dot[1] for dot in dots], marker=ink)
        signal.lines()
        start = 0
        for piece in pieces[:-1]:
            start += len(piece)
            signal.line(start, False)
        figure.draw(signal)
    return _cells(figure.build(), columns, rows)


def _cells(matrix: _Matrix, columns: int, rows: int) -> Grid:
    grid: Grid = []
    for row, text in enumerate(matrix.string(colorless=True).split("\n")[:rows]):
        cells: list[Cell] = []
        for column, character in enumerate(text.ljust(columns)[:columns]):
            if character in " \u2800":
                cells.append(BLANK)
            else:
                cells.append((character, matrix.get(row, column).foreground()[2]))
        grid.append(cells)
    return grid
