"""The table of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.listing import COLUMNS, cell, fitting
from grok_tui.monitor.text import safe
from grok_tui.ui.messages import OpenRun
from grok_tui.ui.widgets.paper import BAD, DIM, STRONG, TEXT, WARN, Paper
from grok_tui.ui.widgets.rowtable import GAP, HEAD, RowTable, put, put_title
from grok_tui.ui.widgets.states import GLYPHS, INKS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from grok_tui.monitor.catalog import Summary

MARK = "●"
WORDY = 50
"""Columns from which on a state is a word and no glyph alone."""
STATE = 13
"""Columns of a state with its glyph."""
IN_WORDS = {"curve": DIM, "age": DIM, "arms": DIM, "seeds": DIM, "preset": DIM, "run": DIM}


class RunTable(RowTable["Summary"]):
    """Runs, some of them marked."""

    NOTHING = "no run is what the filter asks for"

    def __init__(self) -> None:
        super().__init__("runtable")
        self._marked: Collection[str] = ()
        self._sorted = ("age", False)
        self._now = 0.0

    def take(
        self, rows: Sequence[Summary], now: float, marked: Collection[str], by: tuple[str, bool]
    ) -> None:
        """Show these runs; `by`: the column that they are sorted by, and whether backwards."""
        self._now, self._marked, self._sorted = now, marked, by
        self.fill(rows)

    @property
    def columns(self) -> list[str]:
        """The names of the columns that have room."""
        return list(_widths(self.size.width - HEAD))

    def called(self, row: Summary) -> str:
        """Its id."""
        return row.run.id

    def open(self, row: Summary) -> None:
        """Show the run."""
        self.post_message(OpenRun(row.run))

    def write_titles(self, paper: Paper) -> None:
        """The columns, and which one they are sorted by."""
        by, backwards = self._sorted
        x = HEAD
        for name, room in _widths(paper.width - HEAD).items():
            column = COLUMNS[name]
            sign = ("↓" if backwards else "↑") if name == by else ""
            put_title(paper, (x, room), column.title, sign, right=column.to_the_right)
            x += room + GAP

    def write_row(self, paper: Paper, row: Summary, *, here: bool) -> None:
        """One run."""
        if row.run.id in self._marked:
            paper.write(1, 0, MARK, WARN)
        x, plain = HEAD, self.plain
        for name, room in _widths(paper.width - HEAD).items():
            if name == "state":
                words = f"{GLYPHS[row.state]} {row.state}" if room == STATE else GLYPHS[row.state]
                paper.write(x, 0, words, INKS[row.state])
            else:
                text = safe(cell(row, name, self._now, plain=plain), room)
                ink = STRONG if here else IN_WORDS.get(name, TEXT)
                bad = name == "title" and row.problem
                right = COLUMNS[name].to_the_right
                put(paper, (x, room), text, BAD if bad else ink, right=right)
            x += room + GAP


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
