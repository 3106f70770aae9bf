"""Heat maps of a sweep as cells: an arm beside the other, labels around them, a legend below.

Values are colours with numbers on them where there is room; where there are no colours, numbers or
the digits of ten levels. Pure functions of what is looked at and of the room for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.sweeps.crossing import key_of
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.sweeps.marks import written
from grok_tui.monitor.text import columns, safe, shortened
from grok_tui.ui.heatpaints import paint, painted
from grok_tui.ui.widgets.heatlayout import APART, LABEL, TITLE, in_sight, layout
from grok_tui.ui.widgets.heatlegend import SIGNS, write_legend
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, Paper
from grok_tui.ui.widgets.rowtable import HERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.sweeps.heat import Heat, HeatCell
    from grok_tui.ui.survey import Survey
    from grok_tui.ui.widgets.heatlayout import Layout


def page(found: Survey, size: tuple[int, int], *, plain: bool, focused: bool) -> Grid:
    """All maps that have room, and the legend."""
    paper = Paper(*size)
    maps = found.maps
    if maps is None or size[0] < 4 or size[1] < 1:
        return paper.grid
    how = layout(maps, size, plain=plain)
    for place, one in enumerate(in_sight(maps.heats, found.outlook.arm, how.maps)):
        panel = _Panel(one, maps.axis, how, found.here(one), plain=plain)
        left = place * (how.width + APART)
        ink = STRONG if one.arm == found.outlook.arm and focused else TEXT
        panel.draw(paper, left, ink if one.arm == found.outlook.arm else DIM)
    write_legend(paper, found, how, plain=plain)
    return paper.grid


def pointed(
    found: Survey, size: tuple[int, int], at: tuple[int, int], *, plain: bool
) -> tuple[str, HeatCell] | None:
    """The arm and the place under the pointer; None: nothing is there."""
    if found.maps is None:
        return None
    how = layout(found.maps, size, plain=plain)
    number, x = divmod(at[0], how.width + APART)
    heats = in_sight(found.maps.heats, found.outlook.arm, how.maps)
    if number >= len(heats):
        return None
    one = heats[number]
    left, low = how.window(one, found.here(one))
    column = (x - how.gutter) // how.wide
    row = at[1] - TITLE
    row = how.down - 1 - (2 * row if how.halves else row // how.tall)
    if not (0 <= column < how.across and 0 <= row < how.down):
        return None
    column, row = left + column, low + row
    inside = column < len(one.xs) and row < len(one.ys)
    return (one.arm, one.cells[row][column]) if inside else None


@dataclass(frozen=True)
class _Panel:
    """One map."""

    heat: Heat
    axis: Axis
    how: Layout
    here: tuple[int, int] | None
    plain: bool

    def draw(self, paper: Paper, left: int, ink: int) -> None:
        """Write it, its left edge there; its name in this ink."""
        how, of = self.how, self.heat
        axes = f"{_name(of.x)} →" + (f", {_name(of.y)} ↑" if of.y else "")
        x = paper.write(left, 0, HERE if ink != DIM else " ", ink)
        x = paper.write(x, 0, shortened(of.arm, how.width - 1), ink)
        paper.write(x + 2, 0, axes, DIM, max(0, left + how.width - x - 2))
        first, low = how.window(of, self.here)
        rows = range(low, min(low + how.down, len(of.ys)))
        across = range(first, min(first + how.across, len(of.xs)))
        for row in rows:
            self._label(paper, (left, self._line(row - low)), row)
        at = left + how.gutter, TITLE
        if how.halves:
            self._draw_halves(paper, at, rows, across)
        else:
            for row in rows:
                for place, column in enumerate(across):
                    here = at[0] + how.wide * place, self._line(row - low)
                    self._place(paper, here, (column, row))
        self._write_xs(paper, at[0], first)

    def _draw_halves(
        self, paper: Paper, at: tuple[int, int], rows: Sequence[int], across: Sequence[int]
    ) -> None:
        """Two rows of places in one of cells, the highest first."""
        found = painted(self.heat, self.axis)
        ground = [paints.GROUND] * len(across)
        pixels = [[found[row][column] for column in across] for row in reversed(rows)]
        pixels = [ground] * (self.how.down - len(pixels)) + pixels
        if self.here is not None and self.here[0] in across and self.here[1] in rows:
            line = self.how.down - 1 - rows.index(self.here[1])
            pixels[line][across.index(self.here[0])] = paints.WRONG
        wide = self.how.wide
        for y, cells in enumerate(paints.to_cells(pixels, plain=False)):
            paper.stamp(at[0], at[1] + y, [cell for cell in cells for _ in range(wide)])

    def _line(self, row: int) -> int:
        """The row of the paper that a row of places begins at; rows of places rise."""
        above = self.how.down - 1 - row
        return TITLE + (above // 2 if self.how.halves else above * self.how.tall)

    def _label(self, paper: Paper, at: tuple[int, int], row: int) -> None:
        here = self.here is not None and row == self.here[1]
        left, y = at
        y += (self.how.tall - 1) // 2
        right = left + self.how.gutter - 1
        if y >= len(paper.grid) or not (here or self._is_labelled(row)):
            return
        paper.write(left, y, " " * (right - left), TEXT)
        paper.write_right(right, y, safe(shown(self.heat.ys[row]), LABEL), STRONG if here else DIM)
        if here:
            paper.write(left, y, HERE, STRONG)

    def _is_labelled(self, row: int) -> bool:
        """Of two rows in one of cells the even one is, if the cursor is not on the other."""
        if not self.how.halves:
            return True
        return row % 2 == 0 and not (self.here is not None and self._shares(row, self.here[1]))

    def _shares(self, row: int, other: int) -> bool:
        low = self.how.window(self.heat, self.here)[1]
        return self._line(row - low) == self._line(other - low)

    def _write_xs(self, paper: Paper, left: int, first: int) -> None:
        """Labels below the columns, as many as have room, that of the cursor's for certain."""
        values = self.heat.xs[first : first + self.how.across]
        labels = [safe(shown(value), LABEL) for value in values]
        y = TITLE + self.how.rows
        every = math.ceil((max(map(columns, labels), default=1) + 1) / self.how.wide)
        for place in range(0, len(labels), every):
            self._write_x(paper, left, place, labels[place], DIM)
        if self.here is not None and 0 <= self.here[0] - first < len(labels):
            place = self.here[0] - first
            x = self._write_x(paper, left, place, f" {labels[place]} ", STRONG)
            paper.write(max(left - 1, x), y, HERE, STRONG)

    def _write_x(self, paper: Paper, left: int, place: int, label: str, ink: int) -> int:
        middle = left + self.how.wide * place + self.how.wide // 2
        right = left - self.how.gutter + self.how.width
        x = max(left - 1, min(middle - columns(label) // 2, right - columns(label.rstrip())))
        label = label if x + columns(label) <= right else label.rstrip()
        paper.write(x, TITLE + self.how.rows, label, ink, max(0, right - x))
        return x

    def _place(self, paper: Paper, at: tuple[int, int], where: tuple[int, int]) -> None:
        cell = self.heat.cells[where[1]][where[0]]
        here = where == self.here
        x, y = at
        ground, text = self._look(cell)
        if here:
            text = _pointed(text, self.how.wide)
        ink = self._ink(ground, cell, here=here)
        lines = [""] * self.how.tall
        lines[(self.how.tall - 1) // 2] = text
        for down, line in enumerate(lines):
            words = line.center(self.how.wide)
            paper.stamp(x, y + down, [(character, ink) for character in words])

    def _look(self, cell: HeatCell) -> tuple[int, str]:
        """The paint of a place and what is written there."""
        ground, sign = paint(cell, self.axis), SIGNS.get(cell.mark, "")
        if cell.value is None:
            return ground, sign
        room = self.how.wide - 1
        number = written(cell.value, cell.measure)
        for text in (number + sign, number, sign if not self.plain else ""):
            if text and len(text) <= room:
                return ground, text
        return ground, paints.PLAIN[ground] if self.plain else ""

    def _ink(self, paint: int, cell: HeatCell, *, here: bool) -> int:
        if self.plain or paint == paints.GROUND:
            return STRONG if here else TEXT if cell.value is not None else DIM
        words = paints.PALE if paint == paints.NEVER else paints.on_heat(paint)
        return paints.pair(words, paint)


def _pointed(text: str, wide: int) -> str:
    """What is written under the cursor."""
    if len(text) + 2 <= wide:
        return f"▸{text}◂"
    return text or "●"


def _name(axis: str) -> str:
    return safe(key_of(axis), 20)
