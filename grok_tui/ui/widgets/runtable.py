"""The table of runs: a row a run, of which only those on the screen are ever put into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.listing import COLUMNS, cell, fitting
from grok_tui.monitor.text import columns, safe
from grok_tui.ui.messages import OpenRun
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import BAD, DIM, GOOD, INFO, STRONG, TEXT, WARN, Paper
from grok_tui.ui.widgets.states import GLYPHS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual import events

    from grok_tui.monitor.catalog import Summary
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.watch import State

INKS: dict[State, int] = {
    "starting": INFO,
    "running": INFO,
    "paused": WARN,
    "finished": GOOD,
    "stopped": DIM,
    "failed": BAD,
    "interrupted": WARN,
}
"""Roles of the states; each has a glyph and a word as well."""
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

    @property
    def chosen(self) -> Summary | None:
        """The run under the cursor."""
        return self._rows[self._place] if self._rows else None

    def take(
        self, rows: Sequence[Summary], now: float, marked: Collection[str], by: tuple[str, bool]
    ) -> None:
        """Show these runs; `by`: the column that they are sorted by, and whether backwards."""
        self._rows, self._now, self._marked, self._sorted = rows, now, marked, by
        places = (place for place, one in enumerate(rows) if one.run.id == self._at)
        self._place = max(0, min(next(places, self._place), len(rows) - 1))
        if not self._at and rows:
            self._at = rows[0].run.id
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
        by, backwards = self._sorted
        x = HEAD
        for name, room in widths.items():
            title = COLUMNS[name].title if room > 1 else ""
            end = self._put(paper, (x, 0, room), name, safe(title, room), DIM)
            if name == by:
                beside = end - columns(title) - 1 if COLUMNS[name].to_the_right else end
                paper.write(beside, 0, "↓" if backwards else "↑", DIM)
            x += room + GAP
        if not self._rows:
            paper.write(HEAD, 1, "no run is what the filter asks for", DIM)
        for y, one in enumerate(self._rows[self._top : self._top + self.page], start=1):
            here = self._top + y - 1 == self._place
            if here:
                paper.write(0, y, HERE, STRONG if self.has_focus else DIM)
            if one.run.id in self._marked:
                paper.write(1, y, MARK, WARN)
            x = HEAD
            for name, room in widths.items():
                ink = STRONG if here else IN_WORDS.get(name, TEXT)
                self._write(paper, (x, y, room), name, one, ink)
                x += room + GAP
        return paper.grid

    def _write(
        self, paper: Paper, at: tuple[int, int, int], name: str, one: Summary, ink: int
    ) -> None:
        """One cell: column, row and room of it, what it is of, and in which ink."""
        x, y, room = at
        if name == "state":
            words = f"{GLYPHS[one.state]} {one.state}" if room == STATE else GLYPHS[one.state]
            paper.write(x, y, words, INKS[one.state])
            return
        text = safe(cell(one, name, self._now, plain=self._plain), room)
        bad = name == "title" and one.problem
        self._put(paper, at, name, text, BAD if bad else ink)

    @staticmethod
    def _put(paper: Paper, at: tuple[int, int, int], name: str, text: str, ink: int) -> int:
        """Write a text on its side of a cell; the column after it."""
        x, y, room = at
        left = x + room - columns(text) if COLUMNS[name].to_the_right else x
        return paper.write(left, y, text, ink)

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
