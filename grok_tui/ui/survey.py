"""What somebody looks at of a sweep, and what there is to see then: rows of a table, and maps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from operator import is_
from typing import TYPE_CHECKING, TypeVar

from grok_tui.monitor.filter import EVERYTHING
from grok_tui.monitor.sweeps import celltable
from grok_tui.monitor.sweeps.celltable import CELL
from grok_tui.monitor.sweeps.crossing import key_of
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.sweeps.heat import MEASURES, heat, scale
from grok_tui.monitor.text import safe
from grok_tui.ui.heatpaints import painted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.filter import Filter
    from grok_tui.monitor.sweeps.celltable import Column
    from grok_tui.monitor.sweeps.heat import Heat, HeatCell, Measure
    from grok_tui.monitor.sweeps.results import Board, CellResult
    from grok_tui.protocol.sweeps import Scalar

Name = TypeVar("Name", bound=str)
MOST = 4
"""Maps side by side: more are not made, whatever the room."""


@dataclass(frozen=True, eq=False)
class Maps:
    """Maps of one measure on one scale; on the first is the arm that others are held against."""

    heats: tuple[Heat, ...]
    axis: Axis
    """The scale."""

    def of(self, arm: str) -> Heat:
        """The map of an arm."""
        return next((one for one in self.heats if one.arm == arm), self.heats[0])


@dataclass(frozen=True)
class Outlook:
    """How one looks at a sweep."""

    arm: str = ""
    measure: Measure = "t_gen"
    x: str = ""
    y: str = ""
    """Names of the axes; y is empty where there is one only."""
    sliced: bool = False
    """Whether the axes that are not shown are held at what they are for the cell of the cursor;
    else all their values are put together."""
    cell: int = 0
    """The number of the cell that the cursor is on."""
    by: str = CELL
    backwards: bool = False
    wanted: Filter = EVERYTHING

    @property
    def listed(self) -> tuple[object, ...]:
        """What the rows of the table depend on."""
        return self.arm, self.wanted, self.by, self.backwards

    def on(self, board: Board) -> Outlook:
        """The same with what it lacks to look at this sweep."""
        names = (*board.axes, "", "")
        found = self
        if self.arm not in board.arms:
            found = replace(found, arm=board.arms[0] if board.arms else "")
        numbers = {cell.number for cell in board.cells}
        if self.cell not in numbers and board.cells:
            found = replace(found, cell=board.cells[0].number)
        if self.x not in board.axes or (self.y and self.y not in board.axes):
            found = replace(found, x=names[0], y=names[1])
        return found

    def turned(self, board: Board, what: str, by: int) -> Outlook:
        """The next arm, measure, or axis, or the one before."""
        if what == "arm":
            return replace(self, arm=_next(board.arms, self.arm, by))
        if what == "measure":
            return replace(self, measure=_next(MEASURES, self.measure, by))
        if len(board.axes) < 2:
            return self
        wanted = _next(board.axes, getattr(self, what), by)
        other = "y" if what == "x" else "x"
        if wanted == getattr(self, other):  # the two change places
            return replace(self, x=self.y, y=self.x)
        return replace(self, x=wanted) if what == "x" else replace(self, y=wanted)


def _next(names: Sequence[Name], name: Name, by: int) -> Name:
    return names[(names.index(name) + by) % len(names)] if name in names else name


@dataclass(frozen=True, eq=False)
class Survey:
    """A sweep as it is looked at: made whole off the event loop, and again only where it must."""

    board: Board
    outlook: Outlook
    rows: Sequence[CellResult]
    """Of the table."""
    columns: Mapping[str, Column]
    """The same."""
    cells: Mapping[int, CellResult]
    """By number."""
    maps: Maps | None = None
    """None: there is nothing to draw a map of."""

    @property
    def cell(self) -> CellResult | None:
        """The one under the cursor."""
        return self.cells.get(self.outlook.cell)

    @property
    def others(self) -> list[int]:
        """The places of the axes that the maps do not have."""
        outlook, axes = self.outlook, self.board.axes
        return [place for place, name in enumerate(axes) if name not in (outlook.x, outlook.y)]

    @property
    def drawn(self) -> tuple[object, ...]:
        """What the maps depend on beside the cells and the arm."""
        outlook = self.outlook
        return outlook.measure, outlook.x, outlook.y, self.slice if outlook.sliced else None

    def has(self, outlook: Outlook) -> bool:
        """Whether what is to be seen in this way is here already."""
        drawn = replace(self, outlook=outlook).drawn
        return outlook.listed == self.outlook.listed and drawn == self.drawn

    @property
    def slice(self) -> tuple[Scalar, ...]:
        """What the other axes are for the cell of the cursor."""
        return self._slice(self.cell) if self.cell is not None else ()

    @property
    def at(self) -> tuple[Scalar, Scalar]:
        """Where the cursor is on the maps, by x and y."""
        return _place(self.board, self.cell, self.outlook) if self.cell else ("", "")

    def here(self, of: Heat) -> tuple[int, int] | None:
        """Column and row of the cursor on a map; None: it has no such place."""
        x, y = self.at
        return (of.xs.index(x), of.ys.index(y)) if x in of.xs and y in of.ys else None

    @property
    def slices(self) -> list[tuple[Scalar, ...]]:
        """What the other axes can be held at."""
        return list(dict.fromkeys(self._slice(cell) for cell in self.board.cells))

    def _slice(self, cell: CellResult) -> tuple[Scalar, ...]:
        return tuple(cell.values[place] for place in self.others)

    def sliced(self, by: int) -> Outlook:
        """The other axes at their next values, or those before; between last and first together."""
        if self.cell is None or not self.others:
            return self.outlook
        here = self._slice(self.cell)
        at = self.slices.index(here) + by if self.outlook.sliced else (0 if by > 0 else -1)
        if self.outlook.sliced and not 0 <= at < len(self.slices):
            return replace(self.outlook, sliced=False)
        wanted = self.slices[at]
        x, y = _place(self.board, self.cell, self.outlook)
        same = [one for one in self.board.cells if self._slice(one) == wanted]
        near = [one for one in same if _place(self.board, one, self.outlook) == (x, y)] or same
        return replace(self.outlook, sliced=True, cell=near[0].number)

    def moved(self, across: int, up: int) -> int:
        """The number of the cell that lies so far from the cursor on the map."""
        return next(self._onwards(across, up), self.outlook.cell)

    def furthest(self, across: int, up: int) -> int:
        """The number of the last cell that way."""
        return deque([self.outlook.cell, *self._onwards(across, up)], maxlen=1)[0]

    def _onwards(self, across: int, up: int) -> Iterator[int]:
        """The numbers of the cells that lie that way, the nearest first."""
        if self.maps is None:
            return
        of = self.maps.of(self.outlook.arm)
        here = self.here(of)
        if here is None:
            yield from (one.cells[0] for one in of.each() if one.cells)
            return
        column, row = here[0] + across, here[1] + up
        while 0 <= column < len(of.xs) and 0 <= row < len(of.ys):
            if of.cells[row][column].cells:
                yield self.number(of.cells[row][column])
            column, row = column + across, row + up

    def number(self, place: HeatCell) -> int:
        """Which of the cells at a place of a map is meant: the one most like that of the cursor."""
        if self.cell is None:
            return place.cells[0]
        wanted = self._slice(self.cell)
        like = (number for number in place.cells if self._slice(self.cells[number]) == wanted)
        return next(like, place.cells[0])

    @property
    def held(self) -> str:
        """What the axes that are not shown are held at, in words; empty where there is none."""
        if not self.others:
            return ""
        names = [safe(key_of(self.board.axes[place]), 20) for place in self.others]
        if not self.outlook.sliced or self.cell is None:
            return f"over all {', '.join(names)}"
        values = [safe(shown(value), 20) for value in self._slice(self.cell)]
        return ", ".join(map("{}={}".format, names, values))


def _place(board: Board, cell: CellResult, outlook: Outlook) -> tuple[Scalar, Scalar]:
    """Where a cell lies on the maps."""
    x = cell.values[board.axes.index(outlook.x)]
    return x, cell.values[board.axes.index(outlook.y)] if outlook.y else ""


def survey(board: Board, outlook: Outlook, last: Survey | None = None) -> Survey:
    """What there is to see of it in this way; what `last` has of the same is taken from there."""
    outlook = outlook.on(board)
    arm = outlook.arm
    if last is not None and _same(last.board.cells, board.cells):
        board = replace(board, cells=last.board.cells)
    else:
        last = None
    if last is not None and last.outlook.listed == outlook.listed:
        found = replace(last, board=board, outlook=outlook)
    else:
        rows = celltable.arranged(board, arm, outlook.wanted, outlook.by, outlook.backwards)
        cells = last.cells if last else {cell.number: cell for cell in board.cells}
        found = Survey(board, outlook, rows, celltable.columns(board, arm), cells)
    if not board.cells:
        return found
    known = last.maps if last and last.drawn == found.drawn else None
    return replace(found, maps=_maps(found, known))


def _same(old: Sequence[CellResult], new: Sequence[CellResult]) -> bool:
    """Whether all cells stand as they stood."""
    return old is new or (len(old) == len(new) and all(map(is_, old, new)))


def _maps(found: Survey, known: Maps | None) -> Maps:
    board, outlook, cell = found.board, found.outlook, found.cell
    at: dict[str, Scalar] = {}
    if outlook.sliced and cell is not None:
        at = {board.axes[place]: cell.values[place] for place in found.others}
    arms = beside(board.arms, outlook.arm)
    if known is not None and [one.arm for one in known.heats] == arms:
        return known
    ready = {one.arm: one for one in known.heats} if known is not None else {}
    heats = tuple(
        ready.get(arm) or heat(board, arm, outlook.x, outlook.y, outlook.measure, at)
        for arm in arms
    )
    made = Maps(heats, scale(heats))
    for one in heats:
        painted(one, made.axis)  # now, and not while it is drawn
    return made


def beside(arms: Sequence[str], arm: str) -> list[str]:
    """The arms that are shown beside each other: the first of all, the chosen one, those next."""
    first = [arms[0], *([arm] if arm != arms[0] else [])]
    rest = [one for one in arms if one not in first]
    chosen = {*first, *rest[: MOST - len(first)]}
    if arm == arms[0]:
        return [one for one in arms if one in chosen]
    return [*first, *(one for one in arms if one in chosen and one not in first)]
