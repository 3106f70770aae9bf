"""The table of runs: a row a run, of which only those on the screen are ever put into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.listing import COLUMNS, cell, fitting
from grok_tui.monitor.text import columns, safe
from grok_tui.ui.messages import Chosen, OpenRun
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import BAD, DIM, STRONG, TEXT, WARN, Paper
from grok_tui.ui.widgets.states import GLYPHS, INKS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual import events

    from grok_tui.monitor.catalog import Summary
    from grok_tui.monitor.figures import Cell, Grid

HERE, MARK = "▸", "●"
HEAD = 3
"""Columns in front of a row: cursor and mark."""
GAP = 1
WORDY = 50
"""Columns from which on a state is a word and no glyph alone."""
STATE = 13
"""Columns of a state with its glyph."""
IN_WORDS = {"curve": DIM, "age": DIM, "arms": DIM, "seeds": DIM, "preset": DIM, "run": DIM}


class RunTable(CellView):
    """Runs in the order in which they are given. The cursor stays on its run whatever comes.

    While its run is not among them the cursor waits in its row, and goes back when the run comes.
    """

    can_focus = True

    def __init__(self) -> None:
        super().__init__(id="runtable")
        self._rows: Sequence[Summary] = ()
        self._marked: Collection[str] = ()
        self._sorted = ("age", False)
        self._now = 0.0
        self._at = ""
        self._place = 0
        self._top = 0
        self._lines: dict[tuple[int, bool, bool, bool], list[Cell]] = {}
        """Rows as they were drawn: a cursor that moves changes two of them."""

    @property
    def chosen(self) -> Summary | None:
        """The run under the cursor."""
        return self._rows[self._place] if self._rows else None

    def take(
        self, rows: Sequence[Summary], now: float, marked: Collection[str], by: tuple[str, bool]
    ) -> None:
        """Show these runs; `by`: the column that they are sorted by, and whether backwards."""
        self._rows, self._now, self._marked, self._sorted = rows, now, marked, by
        if not (self._place < len(rows) and rows[self._place].run.id == self._at):
            places = (place for place, one in enumerate(rows) if one.run.id == self._at)
            self._place = max(0, min(next(places, self._place), len(rows) - 1))
        if not self._at and rows:
            self._at = rows[0].run.id
        self._lines.clear()
        self.redraw()

    def move(self, by: int) -> None:
        """The cursor so many rows down, or up."""
        self._move_to(self._place + by)

    @property
    def columns(self) -> list[str]:
        """The names of the columns that have room."""
        return list(_widths(self.size.width - HEAD))

    @property
    def page(self) -> int:
        """Rows that are seen at once."""
        return max(1, self.size.height - 1)

    def _move_to(self, place: int) -> None:
        if self._rows:
            self._place = max(0, min(place, len(self._rows) - 1))
            self._at = self._rows[self._place].run.id
            self.post_message(Chosen("runtable", self._at, moved=True))
            self.redraw()

    def resized(self) -> None:
        """Other columns may have room."""
        self._lines.clear()
        self.redraw()

    def redraw(self) -> None:
        """Show the same runs at the size of now, scrolled no further than the cursor asks for."""
        if not (self.display and self.size.area):
            return
        top = min(self._top, self._place, len(self._rows) - self.page)
        self._top = max(0, top, self._place - self.page + 1)
        self.show(self._drawn(self.size.width))

    def _drawn(self, width: int) -> Grid:
        widths = _widths(width - HEAD)
        paper = Paper(width, self.size.height)
        self._write_titles(paper, widths)
        if not self._rows:
            paper.write(HEAD, 1, "no run is what the filter asks for", DIM)
        for place in range(self._top, min(len(self._rows), self._top + self.size.height - 1)):
            here, marked = place == self._place, self._rows[place].run.id in self._marked
            key = (place, here, here and self.has_focus, marked)
            line = self._lines.get(key)
            if line is None:
                line = self._lines[key] = self._line(key, widths, width)
            paper.grid[place - self._top + 1] = line
        return paper.grid

    def _write_titles(self, paper: Paper, widths: dict[str, int]) -> None:
        by, backwards = self._sorted
        x = HEAD
        for name, room in widths.items():
            title = COLUMNS[name].title if room > 1 else ""
            end = self._put(paper, (x, room), name, safe(title, room), DIM)
            if name == by:
                beside = end - columns(title) - 1 if COLUMNS[name].to_the_right else end
                paper.write(beside, 0, "↓" if backwards else "↑", DIM)
            x += room + GAP

    def _line(
        self, of: tuple[int, bool, bool, bool], widths: dict[str, int], width: int
    ) -> list[Cell]:
        """One row: its place, whether the cursor is there, keys come there, and it is marked."""
        place, here, focused, marked = of
        one = self._rows[place]
        paper = Paper(width, 1)
        if here:
            paper.write(0, 0, HERE, STRONG if focused else DIM)
        if marked:
            paper.write(1, 0, MARK, WARN)
        x, plain = HEAD, self._plain
        for name, room in widths.items():
            if name == "state":
                words = f"{GLYPHS[one.state]} {one.state}" if room == STATE else GLYPHS[one.state]
                paper.write(x, 0, words, INKS[one.state])
            else:
                text = safe(cell(one, name, self._now, plain=plain), room)
                ink = STRONG if here else IN_WORDS.get(name, TEXT)
                bad = name == "title" and one.problem
                self._put(paper, (x, room), name, text, BAD if bad else ink)
            x += room + GAP
        return paper.grid[0]

    @staticmethod
    def _put(paper: Paper, at: tuple[int, int], name: str, text: str, ink: int) -> int:
        """Write a text on its side of a cell, which has a column and a width; the column after."""
        x, room = at
        left = x + room - columns(text) if COLUMNS[name].to_the_right else x
        return paper.write(left, 0, text, ink)

    @property
    def _plain(self) -> bool:
        terminal = getattr(self.app, "terminal", None)
        return getattr(terminal, "charset", "") == "ascii"

    def on_focus(self) -> None:
        """The cursor shows whether keys come here."""
        self.redraw()

    def on_blur(self) -> None:
        """The same."""
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Go to the row; open the run that the cursor is on already."""
        row = event.y - 1 + self._top
        if event.y > 0 and row < len(self._rows):
            if row == self._place:
                self.post_message(OpenRun(self._rows[row].run))
            self._move_to(row)

    def on_mouse_scroll_down(self) -> None:
        """Three rows down."""
        self.move(3)

    def on_mouse_scroll_up(self) -> None:
        """Three rows up."""
        self.move(-3)


def _widths(room: int) -> dict[str, int]:
    """The columns that have room, with theirs; the title takes what is left."""
    widths = {name: column.width for name, column in COLUMNS.items()}
    widths["state"] = STATE if room >= WORDY else 1
    least = max(4, min(44, room // 4 + 4))
    widths["title"] = least
    widths["run"] = 36
    names = fitting(room, widths, GAP) or ["title"]
    left = room - sum(widths[name] + GAP for name in names if name != "title")
    return {name: left if name == "title" else widths[name] for name in names}
