"""A table with a row a thing, of which only those on the screen are ever put into words."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from grok_tui.monitor.text import columns, safe
from grok_tui.ui.messages import Chosen
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import DIM, STRONG, Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from grok_tui.monitor.figures import Cell, Grid

Row = TypeVar("Row")
HERE = "▸"
HEAD = 3
"""Columns in front of a row: cursor and mark."""
GAP = 1


class RowTable(CellView, Generic[Row]):
    """Rows in the order in which they are given. The cursor stays on its row whatever comes.

    While its row is not among them the cursor waits in its place, and goes back when it comes.
    """

    can_focus = True
    NOTHING = "no row is what the filter asks for"

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._rows: Sequence[Row] = ()
        self._at = ""
        self._place = 0
        self._top = 0
        self._lines: dict[tuple[int, bool, bool], list[Cell]] = {}
        """Rows as they were drawn: a cursor that moves changes two of them."""

    @abstractmethod
    def called(self, row: Row) -> str:
        """What a row is known by."""

    @abstractmethod
    def write_titles(self, paper: Paper) -> None:
        """The first line."""

    @abstractmethod
    def write_row(self, paper: Paper, row: Row, *, here: bool) -> None:
        """One row on a paper of one line; `here`: the cursor is on it."""

    @abstractmethod
    def open(self, row: Row) -> None:
        """It was clicked while the cursor was on it."""

    @property
    def chosen(self) -> Row | None:
        """What the cursor is on."""
        return self._rows[self._place] if self._rows else None

    def fill(self, rows: Sequence[Row]) -> None:
        """Show these."""
        self._rows = rows
        self._find()
        if not self._at and rows:
            self._at = self.called(rows[0])
        self._lines.clear()
        self.redraw()

    def point(self, name: str) -> None:
        """The cursor to the row of this name, now or when it comes."""
        if name != self._at:
            self._at = name
            self._find()
            self.redraw()

    def _find(self) -> None:
        rows = self._rows
        if not (self._place < len(rows) and self.called(rows[self._place]) == self._at):
            places = (place for place, one in enumerate(rows) if self.called(one) == self._at)
            self._place = max(0, min(next(places, self._place), len(rows) - 1))

    def move(self, by: int) -> None:
        """The cursor so many rows down, or up."""
        self._move_to(self._place + by)

    @property
    def page(self) -> int:
        """Rows that are seen at once."""
        return max(1, self.size.height - 1)

    def _move_to(self, place: int) -> None:
        if self._rows:
            self._place = max(0, min(place, len(self._rows) - 1))
            self._at = self.called(self._rows[self._place])
            self.post_message(Chosen(self.id or "", self._at, moved=True))
            self.redraw()

    def resized(self) -> None:
        """Other columns may have room."""
        self._lines.clear()
        self.redraw()

    def redraw(self) -> None:
        """Show the same rows at the size of now, scrolled no further than the cursor asks for."""
        if not (self.display and self.size.area):
            return
        top = min(self._top, self._place, len(self._rows) - self.page)
        self._top = max(0, top, self._place - self.page + 1)
        self.show(self._drawn(self.size.width))

    def _drawn(self, width: int) -> Grid:
        paper = Paper(width, self.size.height)
        self.write_titles(paper)
        if not self._rows:
            paper.write(HEAD, 1, self.NOTHING, DIM)
        for place in range(self._top, min(len(self._rows), self._top + self.size.height - 1)):
            here = place == self._place
            key = (place, here, here and self.has_focus)
            line = self._lines.get(key)
            if line is None:
                line = self._lines[key] = self._line(place, width, here=here)
            paper.grid[place - self._top + 1] = line
        return paper.grid

    def _line(self, place: int, width: int, *, here: bool) -> list[Cell]:
        paper = Paper(width, 1)
        if here:
            paper.write(0, 0, HERE, STRONG if self.has_focus else DIM)
        self.write_row(paper, self._rows[place], here=here)
        return paper.grid[0]

    @property
    def plain(self) -> bool:
        """Whether the terminal has ASCII alone."""
        terminal = getattr(self.app, "terminal", None)
        return getattr(terminal, "charset", "") == "ascii"

    def on_focus(self) -> None:
        """The cursor shows whether keys come here."""
        self.redraw()

    def on_blur(self) -> None:
        """The same."""
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Go to the row; open what the cursor is on already."""
        row = event.y - 1 + self._top
        if event.y > 0 and row < len(self._rows):
            if row == self._place:
                self.open(self._rows[row])
            self._move_to(row)

    def on_mouse_scroll_down(self) -> None:
        """Three rows down."""
        self.move(3)

    def on_mouse_scroll_up(self) -> None:
        """Three rows up."""
        self.move(-3)


def put(paper: Paper, at: tuple[int, int], text: str, ink: int, *, right: bool) -> int:
    """Write a text on its side of a cell, which has a column and a width; the column after."""
    x, room = at
    return paper.write(x + room - columns(text) if right else x, 0, text, ink)


def put_title(paper: Paper, at: tuple[int, int], title: str, sign: str, *, right: bool) -> None:
    """The title of a column; `sign` beside it if the rows are sorted by it: ↑ or ↓."""
    text = safe(title, at[1]) if at[1] > 1 else ""
    end = put(paper, at, text, DIM, right=right)
    paper.write(end - columns(text) - 1 if right else end, 0, sign, DIM)
