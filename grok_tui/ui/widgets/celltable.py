"""The table of the cells of a sweep, all of one arm."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from grok_tui.monitor.sweeps.celltable import AXIS, IMPORTANCE
from grok_tui.monitor.text import safe
from grok_tui.ui import keys
from grok_tui.ui.sweepmessages import CellOpened
from grok_tui.ui.widgets.paper import BAD, DIM, GOOD, INFO, STRONG, TEXT, Paper
from grok_tui.ui.widgets.rowtable import GAP, HEAD, RowTable, put, put_title
from grok_tui.ui.widgets.states import GLYPHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.binding import BindingType

    from grok_tui.monitor.sweeps.celltable import Column
    from grok_tui.monitor.sweeps.results import CellResult, CellState
    from grok_tui.ui.survey import Survey

LOOKS: dict[CellState, tuple[str, int]] = {
    "waiting": (GLYPHS["starting"], DIM),
    "training": (GLYPHS["running"], INFO),
    "done": (GLYPHS["finished"], GOOD),
    "failed": (GLYPHS["failed"], BAD),
}
"""Glyph and ink of each state."""


class CellTable(RowTable["CellResult"]):
    """Cells in the order in which they are given."""

    SECTION = "cells"
    NOTHING = "no cell is what the filter asks for"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("cells")

    def __init__(self) -> None:
        super().__init__("celltable")
        self._survey: Survey | None = None
        self._widths: dict[str, int] = {}

    def take(self, survey: Survey) -> None:
        """Show this."""
        self._survey = survey
        self._widths = widths(survey.columns, self.size.width - HEAD)
        self.point(str(survey.outlook.cell))
        self.fill(survey.rows)

    def resized(self) -> None:
        """Other columns may have room."""
        if self._survey is not None:
            self._widths = widths(self._survey.columns, self.size.width - HEAD)
        super().resized()

    @property
    def columns(self) -> list[str]:
        """The names of the columns that have room."""
        return list(self._widths)

    def called(self, row: CellResult) -> str:
        """Its number."""
        return str(row.number)

    def open(self, row: CellResult) -> None:
        """Show its runs."""
        self.post_message(CellOpened(row.number))

    def write_titles(self, paper: Paper) -> None:
        """The columns, and which one they are sorted by."""
        if self._survey is None:
            return
        x, outlook = HEAD, self._survey.outlook
        for name, room in self._widths.items():
            column = self._survey.columns[name]
            sign = ("↓" if outlook.backwards else "↑") if name == outlook.by else ""
            put_title(paper, (x, room), column.title, sign, right=column.to_the_right)
            x += room + GAP

    def write_row(self, paper: Paper, row: CellResult, *, here: bool) -> None:
        """One cell."""
        assert self._survey is not None
        x = HEAD
        for name, room in self._widths.items():
            column = self._survey.columns[name]
            brief = room < column.widths[1]
            if name == "state":
                glyph, ink = LOOKS[row.state]
                paper.write(x, 0, glyph if room == 1 else f"{glyph} {row.state}", ink, room)
            else:
                ink = STRONG if here else TEXT
                text = safe(column.text(row, brief), room)
                put(paper, (x, room), text, ink, right=column.to_the_right)
            x += room + GAP

    def action_page(self, by: int) -> None:
        """A page down, or up."""
        self.move(by * self.page)

    def action_move(self, by: int) -> None:
        """So many rows down, or up."""
        self.move(by)


def widths(columns: Mapping[str, Column], room: int) -> dict[str, int]:
    """The columns that have room, with theirs: in brief, and in full while any is left."""
    order = [*(name for name in columns if name.startswith(AXIS)), *IMPORTANCE]
    found: dict[str, int] = {}
    for name in order:
        room -= columns[name].widths[0] + GAP * bool(found)
        if room < 0:
            break
        found[name] = columns[name].widths[0]
    room = max(0, room + (0 if len(found) == len(order) else columns[order[len(found)]].widths[0]))
    for name in found:
        more = columns[name].widths[1] - found[name]
        if more <= room:
            found[name] += more
            room -= more
    return {name: found[name] for name in columns if name in found}
