"""The weights of a matrix as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.pictures.picture import Picture, Sketch, every, fit, painted, signed
from grok_tui.protocol.frames import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.pictures.picture import Fit, Shot, Size
    from grok_tui.protocol.frames import Frame, Matrix

FULL = 0.95
"""The colours are full from this quantile of the magnitudes on: a few are much larger."""


def parts(frame: Frame) -> Sequence[str]:
    """The names of the matrices."""
    return [matrix.name for matrix in frame.matrices]


def extent(matrix: Matrix, how: Fit) -> str:
    """The shape of a matrix, and which of its rows and columns can be seen."""
    rows, columns = matrix.row_step * how.down, matrix.column_step * how.across
    parts = f"{matrix.rows:,} x {matrix.columns:,}", every(rows, "row"), every(columns, "column")
    return ", ".join(filter(None, parts))


def _draw(shot: Shot, part: int, size: Size) -> Sketch:
    matrix = shot.frame.matrices[part]
    rows, columns = matrix.shown
    how = fit(rows, columns, size, shot.plain)
    full = _full(matrix.values)
    table = [paints.signed(signed(byte), full) for byte in range(256)]
    values = matrix.values
    grid = painted(
        lambda row, column: table[values[row * columns + column]], rows, columns, how, shot.plain
    )
    reach = full / LEVELS * matrix.scale
    return Sketch(grid, f"full from {reach:.2g} on · {extent(matrix, how)}")


def _full(values: bytes) -> int:
    magnitudes = sorted(abs(signed(byte)) for byte in values)
    return max(1, magnitudes[int(FULL * (len(magnitudes) - 1))]) if magnitudes else 1


def _caption(shot: Shot, part: int) -> str:
    matrix = shot.frame.matrices[part]
    signs = ".-~=% below, '+*#@ above zero" if shot.plain else "blue is negative, orange positive"
    waves = (
        " Waves along a row, over the tokens, are its frequencies."
        if shot.frame.spectra and matrix.name in ("W_E", "W_F", "W_U")
        else " A row or column that fades is a unit that is not needed."
    )
    return f"The weights of {matrix.name}, outputs down, inputs across: {signs}.{waves}"


def _numbers(shot: Shot, part: int) -> Iterator[Sequence[object]]:
    matrix = shot.frame.matrices[part]
    rows, columns = matrix.shown
    yield "row", *(f"column {column * matrix.column_step}" for column in range(columns))
    unit = matrix.scale / LEVELS
    for row in range(rows):
        line = matrix.values[row * columns : (row + 1) * columns]
        yield row * matrix.row_step, *(round(signed(value) * unit, 6) for value in line)


PICTURE = Picture("weights", "weights", parts, _draw, _caption, _numbers)
