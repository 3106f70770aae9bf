"""Heat maps of a sweep as cells: an arm beside the other, labels around them, a legend below.

Values are colours with numbers on them where there is room; where there are no colours, numbers or
the digits of ten levels. Pure functions of what is looked at and of the room for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.sweeps.crossing import key_of
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.sweeps.heat import LABELS
from grok_tui.monitor.sweeps.marks import counted, end, unsettled, written
from grok_tui.monitor.text import columns, safe, shortened
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, Paper
from grok_tui.ui.widgets.rowtable import HERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.sweeps.heat import Heat, HeatCell, Mark
    from grok_tui.ui.survey import Maps, Survey

SIGNS: dict[Mark, str] = {
    "never": "×",  # noqa: RUF001
    "some": "*",
    "waiting": "·",
    "unavailable": "/",
}
"""What stands at a place without a value, and behind one that not all seeds have."""
WIDEST, TALLEST = 8, 3
"""Columns and rows of a place at most."""
LABEL = 8
"""Columns of the label of a row at most."""
APART = 3
"""Columns between two maps."""
FEW = 8
"""Rows of places that have two rows of cells each."""
TITLE, SILL = 1, 1
"""Rows above a map and below it."""
SLIM, FAIR = 1, 4
"""Columns that a place keeps at least where two maps stand side by side, and where more do."""
LEAST = 14
"""Columns of a map that has one beside it, at least."""


@dataclass(frozen=True)
class Layout:
    """How maps are laid on so many columns and rows."""

    maps: int
    """How many stand side by side."""
    width: int
    """Columns of each, its labels included."""
    gutter: int
    """Columns of the labels."""
    wide: int
    tall: int
    """Columns and rows of a place."""
    halves: bool
    """Whether a row of cells has two rows of places."""
    across: int
    down: int
    """Places that are seen."""

    @property
    def rows(self) -> int:
        """Rows of the places that are seen."""
        return math.ceil(self.down / 2) if self.halves else self.down * self.tall

    def window(self, of: Heat, here: tuple[int, int] | None) -> tuple[int, int]:
        """The first column and the lowest row that are seen: the cursor is among them."""
        x, y = here or (0, 0)
        left = max(0, min(x - self.across // 2, len(of.xs) - self.across))
        return left, max(0, min(y - self.down // 2, len(of.ys) - self.down))


def layout(maps: Maps, size: tuple[int, int], *, plain: bool) -> Layout:
    """The largest places of which all are seen; if that cannot be, as many as have room."""
    width, height = size
    xs = max(1, *(len(one.xs) for one in maps.heats))
    ys = max(1, *(len(one.ys) for one in maps.heats))
    labels = [safe(shown(value), LABEL) for one in maps.heats for value in one.ys]
    gutter = 2 + max(map(columns, labels), default=0)
    many = 1
    for count in range(2, len(maps.heats) + 1):
        least = gutter + max(LEAST, xs * (SLIM if count == 2 else FAIR))
        if count * least + APART * (count - 1) <= width:
            many = count
    each = (width - APART * (many - 1)) // many
    wide = max(1, min(WIDEST, (each - gutter) // xs))
    room = max(1, height - TITLE - SILL - legend_rows(height))
    halves = not plain and ys > room
    return Layout(
        maps=many,
        width=each,
        gutter=gutter,
        wide=wide,
        tall=1 if halves else max(1, min(TALLEST, room // ys)),
        halves=halves,
        across=min(xs, max(0, each - gutter) // wide),
        down=min(ys, 2 * room if halves else room),
    )


def legend_rows(height: int) -> int:
    """Rows of the legend in so many."""
    return 2 if height >= 9 else 1 if height >= 6 else 0


def natural(found: Survey) -> int:
    """Rows in which all places are seen, of two rows each where they are few."""
    if found.maps is None:
        return 1
    rows = max(1, *(len(one.ys) for one in found.maps.heats))
    return TITLE + rows * (2 if rows <= FEW else 1) + SILL + legend_rows(rows + 9)


def page(found: Survey, size: tuple[int, int], *, plain: bool, focused: bool) -> Grid:
    """All maps that have room, and the legend."""
    paper = Paper(*size)
    maps = found.maps
    if maps is None or size[0] < 4 or size[1] < 1:
        return paper.grid
    how = layout(maps, size, plain=plain)
    for place, one in enumerate(_chosen(maps.heats, found.outlook.arm, how.maps)):
        panel = _Panel(one, maps.axis, how, found.here(one), plain=plain)
        left = place * (how.width + APART)
        ink = STRONG if one.arm == found.outlook.arm and focused else TEXT
        panel.draw(paper, left, ink if one.arm == found.outlook.arm else DIM)
    _write_legend(paper, found, how, plain=plain)
    return paper.grid


def pointed(
    found: Survey, size: tuple[int, int], at: tuple[int, int], *, plain: bool
) -> tuple[str, HeatCell] | None:
    """The arm and the place under the pointer; None: nothing is there."""
    if found.maps is None:
        return None
    how = layout(found.maps, size, plain=plain)
    number, x = divmod(at[0], how.width + APART)
    heats = _chosen(found.maps.heats, found.outlook.arm, how.maps)
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


def _chosen(heats: Sequence[Heat], arm: str, most: int) -> Sequence[Heat]:
    """So many of them, the one of this arm among them."""
    if most > 1:
        return heats[:most]
    return [one for one in heats if one.arm == arm][:1]


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
        for row in range(low, min(low + how.down, len(of.ys))):
            y = self._line(row - low)
            self._label(paper, (left, y), row)
            for column in range(first, min(first + how.across, len(of.xs))):
                at = left + how.gutter + how.wide * (column - first), y
                self._place(paper, at, (column, row))
        self._write_xs(paper, left + how.gutter, first)

    def _line(self, row: int) -> int:
        """The row of the paper that a row of places begins at; rows of places rise."""
        above = self.how.down - 1 - row
        return TITLE + (above // 2 if self.how.halves else above * self.how.tall)

    def _label(self, paper: Paper, at: tuple[int, int], row: int) -> None:
        here = self.here is not None and row == self.here[1]
        left, y = at
        y += (self.how.tall - 1) // 2
        right = left + self.how.gutter - 1
        if self.how.halves and not here:
            blank = paper.grid[y][right - 1][0] == " " if right > 0 else False
            if not blank or row % 2:
                return
        text = safe(shown(self.heat.ys[row]), LABEL)
        paper.write(left, y, " " * (right - left), TEXT)
        paper.write_right(right, y, text, STRONG if here else DIM)
        if here:
            paper.write(left, y, HERE, STRONG)

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
        x = max(left - 1, middle - columns(label) // 2)
        paper.write(x, TITLE + self.how.rows, label, ink, max(0, left + self.how.width - x))
        return x

    def _place(self, paper: Paper, at: tuple[int, int], where: tuple[int, int]) -> None:
        cell = self.heat.cells[where[1]][where[0]]
        here = where == self.here
        if self.how.halves:
            self._half(paper, at, cell, lower=self._is_lower(where[1]), here=here)
            return
        x, y = at
        paint, text = self._look(cell)
        if here:
            text = _pointed(text, self.how.wide)
        ink = self._ink(paint, cell, here=here)
        lines = [""] * self.how.tall
        lines[(self.how.tall - 1) // 2] = text
        for down, line in enumerate(lines):
            words = line.center(self.how.wide)
            paper.stamp(x, y + down, [(character, ink) for character in words])

    def _is_lower(self, row: int) -> bool:
        low = self.how.window(self.heat, self.here)[1]
        return (self.how.down - 1 - (row - low)) % 2 == 1

    def _look(self, cell: HeatCell) -> tuple[int, str]:
        """The paint of a place and what is written there."""
        if cell.value is None:
            paint = paints.NEVER if cell.mark == "never" else paints.GROUND
            return paint, SIGNS.get(cell.mark, "")
        paint = self._paint(cell.value)
        room = self.how.wide - 1
        sign = SIGNS.get(cell.mark, "")
        number = written(cell.value, cell.measure)
        for text in (number + sign, number, sign if not self.plain else ""):
            if text and len(text) <= room:
                return paint, text
        return paint, paints.PLAIN[paint] if self.plain else ""

    def _paint(self, value: float) -> int:
        share = self.axis.fraction(value)
        return paints.heat(share if math.isfinite(share) else 0.0)

    def _ink(self, paint: int, cell: HeatCell, *, here: bool) -> int:
        if self.plain or paint == paints.GROUND:
            return STRONG if here else TEXT if cell.value is not None else DIM
        words = paints.PALE if paint == paints.NEVER else paints.on_heat(paint)
        return paints.pair(words, paint)

    def _half(
        self, paper: Paper, at: tuple[int, int], cell: HeatCell, *, lower: bool, here: bool
    ) -> None:
        """Half of the cells of a row; the other half is what it was."""
        x, y = at
        paint = paints.WRONG if here else self._look(cell)[0]
        character, role = paper.grid[y][x] if x < paper.width else (" ", None)
        before = _halves(character, role)
        upper, under = (before[0], paint) if lower else (paint, before[1])
        made = paints.to_cells([[upper], [under]], plain=False)[0]
        paper.stamp(x, y, made * self.how.wide)


def _halves(character: str, role: int | None) -> tuple[int, int]:
    """The paints above and below in a cell that half blocks were drawn in."""
    two = paints.halves(role) if role is not None else None
    if two is None:
        return paints.GROUND, paints.GROUND
    return two if character == paints.UPPER else (two[1], two[0])


def _pointed(text: str, wide: int) -> str:
    """What is written under the cursor."""
    if len(text) + 2 <= wide:
        return f"▸{text}◂"
    return text or "●"


def _name(axis: str) -> str:
    return safe(key_of(axis), 20)


def _write_legend(paper: Paper, found: Survey, how: Layout, *, plain: bool) -> None:
    """The scale and, where there is room, what the marks say."""
    rows = legend_rows(len(paper.grid))
    y = TITLE + how.rows + SILL
    if not rows or found.maps is None:
        return
    maps = found.maps
    x = _write_scale(paper, y, maps, plain=plain)
    x = paper.write(x, y, found.held, TEXT) + 2
    if any(len(one.xs) > how.across or len(one.ys) > how.down for one in maps.heats):
        paper.write(x, y, f"{how.across} x {how.down} in sight, the map goes on", DIM)
    if rows > 1:
        paper.write(0, y + 1, _told(maps, found.outlook.arm, how.maps, paper.width), DIM)


def _write_scale(paper: Paper, y: int, maps: Maps, *, plain: bool) -> int:
    """The colours and their ends, once there are values; the column after it."""
    measure, axis = maps.heats[0].measure, maps.axis
    x = paper.write(0, y, LABELS[measure], DIM) + 2
    if all(cell.value is None for one in maps.heats for cell in one.each()):
        return x
    x = paper.write(x, y, end(axis.low, measure), TEXT) + 1
    for paint in range(paints.HEAT, paints.HEAT + paints.HEATS):
        if plain:
            x = paper.write(x, y, paints.PLAIN[paint], DIM)
        else:
            paper.stamp(x, y, [(" ", paints.pair(paints.PALE, paint))] * 2)
            x += 2
    return paper.write(x + 1, y, end(axis.high, measure) + (" log" if axis.log else ""), TEXT) + 2


@lru_cache(maxsize=8)
def _told(maps: Maps, arm: str, many: int, width: int) -> str:
    """What the marks say, with their counts on the maps in sight where that has room."""
    heats = _chosen(maps.heats, arm, many)
    marks = [(SIGNS[mark], words) for mark, words in counted(heats) if mark in SIGNS]
    told = [f"{sign} {words}" for sign, words in marks] + [unsettled(heats)]
    line = "  ".join(filter(None, told))
    if columns(line) <= width:
        return line
    return "  ".join(f"{sign} {words.partition(':')[0]}" for sign, words in marks)
