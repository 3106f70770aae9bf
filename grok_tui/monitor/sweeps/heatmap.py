"""A heat map in cells of a terminal: each value written out, or where there is no room a colour.

Without colours the places of a scale are digits, 0 to 9. What has no value is a mark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.sweeps.marks import counted, end, heading, unsettled, written
from grok_tui.monitor.text import columns, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.figures import Cell, Grid
    from grok_tui.monitor.sweeps.heat import Heat, HeatCell, Mark
    from grok_tui.protocol.sweeps import Scalar

MARKS: dict[Mark, str] = {"never": "x", "some": "*", "waiting": ".", "unavailable": "/"}
"""How places without a value are marked; `some` stands behind a value."""
DARKEST = 0.2
"""The least amount that a colour stands for: below it colours are nearly the ground."""
LABEL = 10
"""Columns of a label of y, at most."""
WIDEST = 4
"""Columns of a place that is only coloured."""
BLOCK = "█"


def paint(axis: Axis, value: float) -> int:
    """The paint of a value on a scale, see `paints`."""
    part = max(0.0, min(1.0, axis.fraction(value)))
    return paints.amount(DARKEST + (1 - DARKEST) * part)


def heatmap(heat: Heat, axis: Axis, size: tuple[int, int], *, plain: bool = False) -> Grid:
    """The map under its name, with labels, scale and legend, so many columns wide.

    The map itself has so many rows at most; values that there is no room for are left out, and that
    is said. `plain`: without colours.
    """
    layout = _layout(heat, size, plain)
    rows = [*range(0, len(heat.ys), layout.down)][::-1]
    shown_columns = range(0, len(heat.xs), layout.across)
    grid = [_words(f"{safe(heat.arm, 40)}: {heading(heat)}", size[0])]
    if heat.y:
        grid.append(_words(safe(heat.y, 60), size[0]))
    for row in rows:
        cells = _words(f"{_label(heat.ys[row]):>{layout.left - 1}} ", layout.left)
        for column in shown_columns:
            cells += _place(heat.cells[row][column], axis, layout)
        grid.append(cells)
    labels = [_label(heat.xs[column]) for column in shown_columns]
    grid.append(_words(" " * layout.left + _spaced(labels, layout), size[0]))
    grid.append(_words(" " * layout.left + safe(heat.x, 60), size[0]))
    return [*grid, *_legend(heat, axis, layout, size[0])]


@dataclass(frozen=True)
class _Layout:
    """How places are laid on cells."""

    left: int
    """Columns of the labels of y."""
    wide: int
    """Columns of a place."""
    down: int
    across: int
    """Every how many-th row and column is shown."""
    numbers: bool
    """Whether values are written out."""
    plain: bool


def _layout(heat: Heat, size: tuple[int, int], plain: bool) -> _Layout:
    left = 1 + max(columns(_label(value)) for value in heat.ys)
    width, height = max(1, size[0] - left), max(1, size[1])
    texts = [_text(cell) for cell in heat.each()]
    wide = max([columns(_label(value)) for value in heat.xs] + list(map(len, texts)))
    wide += 1 if plain else 2
    down = math.ceil(len(heat.ys) / height)
    if wide * len(heat.xs) <= width and down == 1:
        return _Layout(left, wide, 1, 1, numbers=True, plain=plain)
    across = math.ceil(len(heat.xs) / width)
    wide = min(WIDEST, width // math.ceil(len(heat.xs) / across))
    return _Layout(left, wide, down, across, numbers=False, plain=plain)


def _label(value: Scalar) -> str:
    return safe(shown(value), LABEL)


def _text(cell: HeatCell) -> str:
    if cell.value is None:
        return MARKS.get(cell.mark, "")
    return written(cell.value, cell.measure) + MARKS.get(cell.mark, "")


def _place(cell: HeatCell, axis: Axis, layout: _Layout) -> list[Cell]:
    """The cells of a place."""
    wide = layout.wide
    role = None if cell.value is None else paints.INK + paint(axis, cell.value)
    if layout.numbers:
        number = _words(f"{_text(cell):>{wide - (not layout.plain)}}", wide)
        return number if layout.plain else [*number, (BLOCK if role else " ", role)]
    if cell.value is None:
        return _words(f"{MARKS.get(cell.mark, ' '):^{wide}}", wide)
    if layout.plain:
        return _words(f"{_digit(axis, cell.value):^{wide}}", wide)
    return [(BLOCK, role)] * wide


def _digit(axis: Axis, value: float) -> int:
    return max(0, min(9, int(10 * axis.fraction(value))))


def _spaced(labels: Sequence[str], layout: _Layout) -> str:
    """Labels under their places, as many as there is room for."""
    wide, block = layout.wide, not (layout.plain and layout.numbers)
    every = math.ceil((max(map(columns, labels)) + 1) / wide)
    shown_labels = labels[::every]
    if every == 1:
        return "".join(f"{label:>{wide - block}}{' ' * block}" for label in shown_labels)
    return "".join(f"{label:<{wide * every}}" for label in shown_labels)


def _legend(heat: Heat, axis: Axis, layout: _Layout, width: int) -> Grid:
    """The scale, the marks with their counts, and what is left out."""
    grid: Grid = []
    low, high = end(axis.low, heat.measure), end(axis.high, heat.measure)
    how = " (log scale)" if axis.log else ""
    if not layout.plain:
        parts = [paint(axis, axis.value(step / 19)) for step in range(20)]
        ramp: list[Cell] = [(BLOCK, paints.INK + part) for part in parts]
        grid.append([*_words(f"{low} ", width), *ramp, *_words(f" {high}{how}", width)])
    elif not layout.numbers:
        grid.append(_words(f"0 to 9: {low} to {high}{how}", width))
    for mark, words in counted([heat]):
        if mark in MARKS and (mark != "some" or layout.numbers):
            grid.append(_words(f"{MARKS[mark]} {words}", width))
    left_out = layout.down * layout.across > 1
    thin = f"shown: one row in {layout.down}, one column in {layout.across}" if left_out else ""
    grid += [_words(line, width) for line in (unsettled([heat]), thin) if line]
    return grid


def _words(text: str, width: int) -> list[Cell]:
    return [(character, None) for character in text[:width]]
