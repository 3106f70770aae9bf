"""Which weights of a matrix a mask keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.pictures.picture import Picture, Sketch, fit, painted
from grok_tui.monitor.pictures.weights import extent, parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.pictures.picture import Shot, Size
    from grok_tui.protocol.frames import Matrix

KEPT, REMOVED = paints.amount(0.75), paints.amount(0.0)


def kept(matrix: Matrix, place: int) -> int:
    """1 if the weight at this place of those that are shown is kept, else 0."""
    return matrix.mask[place >> 3] >> (place & 7) & 1


def _draw(shot: Shot, part: int, size: Size) -> Sketch:
    matrix = shot.frame.matrices[part]
    rows, columns = matrix.shown
    how = fit(rows, columns, size, shot.plain)
    grid = painted(
        lambda row, column: KEPT if kept(matrix, row * columns + column) else REMOVED,
        rows,
        columns,
        how,
        shot.plain,
    )
    return Sketch(grid, f"{matrix.density:.0%} kept · {extent(matrix, how)}")


def _caption(shot: Shot, part: int) -> str:
    name = shot.frame.matrices[part].name
    drawn = "as signs" if shot.plain else "in colour"
    if shot.frame.pruned:
        return (
            f"The weights of {name} that this arm keeps, {drawn}: it trains no "
            "other. Rows with a pattern of their own are structure, an even grain is chance."
        )
    return (
        f"This arm prunes nothing: {drawn} are the weights of {name} among the largest "
        f"{1 - shot.frame.rate:.0%} of the network now, which a ticket taken now would keep."
    )


def _numbers(shot: Shot, part: int) -> Iterator[Sequence[object]]:
    matrix = shot.frame.matrices[part]
    rows, columns = matrix.shown
    yield "row", *(f"column {column * matrix.column_step}" for column in range(columns))
    for row in range(rows):
        bits = (kept(matrix, row * columns + column) for column in range(columns))
        yield row * matrix.row_step, *bits


PICTURE = Picture("masks", "mask", parts, _draw, _caption, _numbers)
