"""Each matrix as a row of bars: how much of it is kept, and how large its weights are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.axes import short
from grok_tui.monitor.figures import FRAME
from grok_tui.monitor.pictures.picture import ACCENT, TEXT, Picture, Sketch
from grok_tui.monitor.text import columns, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.figures import Cell, Grid
    from grok_tui.monitor.pictures.picture import Shot, Size
    from grok_tui.protocol.frames import Frame, Matrix

_NUMBER = 7
"""Columns of a number, with the blank before it."""


def _parts(frame: Frame) -> Sequence[str]:
    return ("",) if frame.matrices else ()


def _draw(shot: Shot, part: int, size: Size) -> Sketch:
    width, height = size
    matrices = shot.frame.matrices
    room = max(1, height - 1)
    left_out = len(matrices) - room
    names = [safe(matrix.name, 12) for matrix in matrices]
    name = max(map(columns, names)) + 1
    bar = max(0, (width - name) // 3 - _NUMBER - 1)
    most_l1, most_l2 = (max(of) or 1.0 for of in zip(*_norms(matrices), strict=True))
    head = " " * name + "".join(f"{word:<{bar + _NUMBER + 1}}" for word in ("kept", "L1", "L2"))
    grid: Grid = [_words(head)[:width]]
    for matrix, called in zip(matrices[:room], names, strict=False):
        row = _words(called + " " * (name - columns(called)))
        row += _measure(matrix.density, f"{matrix.density:.0%}", bar)
        row += _measure(matrix.l1 / most_l1, short(matrix.l1), bar)
        row += _measure(matrix.l2 / most_l2, short(matrix.l2), bar)
        grid.append(row[:width])
    every_weight = sum(matrix.rows * matrix.columns for matrix in matrices)
    kept = sum(matrix.kept for matrix in matrices) / every_weight
    more = f" · {left_out} more" if left_out > 0 else ""
    return Sketch(grid, f"{kept:.0%} of {every_weight:,} weights kept{more}")


def _norms(matrices: Sequence[Matrix]) -> list[tuple[float, float]]:
    return [(matrix.l1, matrix.l2) for matrix in matrices]


def _words(text: str) -> list[Cell]:
    return [(character, None if character == " " else FRAME) for character in text]


def _measure(share: float, number: str, width: int) -> list[Cell]:
    """A bar of a share of the width, and a number behind it."""
    full = round(min(1.0, max(0.0, share)) * width)
    bar: list[Cell] = [("\u2501", ACCENT)] * full
    rest: list[Cell] = [("\u2500", FRAME)] * (width - full)
    return [*bar, *rest, *((character, TEXT) for character in f" {number:<{_NUMBER}.{_NUMBER}}")]


def _caption(shot: Shot, part: int) -> str:
    largest = f"the mask of the largest {1 - shot.frame.rate:.0%}"
    return (
        f"A matrix a row: the share that {'its mask' if shot.frame.pruned else largest} keeps, the "
        "sum of its magnitudes (L1) and its length as a vector (L2), beside the largest of each."
    )


def _numbers(shot: Shot, part: int) -> Iterator[Sequence[object]]:
    yield "matrix", "rows", "columns", "kept", "density", "l1", "l2"
    for one in shot.frame.matrices:
        yield one.name, one.rows, one.columns, one.kept, one.density, one.l1, one.l2


PICTURE = Picture("layers", "layers", _parts, _draw, _caption, _numbers)
