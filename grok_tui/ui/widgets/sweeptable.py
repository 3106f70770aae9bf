"""The table of sweeps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grok_tui.monitor.sweeps.standing import failures, fraction, standing
from grok_tui.monitor.text import safe
from grok_tui.ui.sweepmessages import OpenSweep
from grok_tui.ui.widgets.paper import BAD, DIM, STRONG, TEXT, Paper
from grok_tui.ui.widgets.rowtable import GAP, HEAD, RowTable, put, put_title
from grok_tui.ui.widgets.sweephead import LOOKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.sweeps.results import Board
    from grok_tui.ui.sweepservices import Entry

WIDTHS = {"state": 10, "done": 4, "cells": 6, "lanes": 13, "title": 0, "sweep": 36}
"""Columns; the title has what is left, the last one room on wide screens alone."""
RIGHT = ("done", "cells", "lanes")
ROOMY, SLIM = 110, 50
"""Columns from which on all are shown; below the second, state, share and title alone."""


class SweepTable(RowTable["Entry"]):
    """Sweeps, the newest first."""

    NOTHING = "no sweeps"

    def __init__(self) -> None:
        super().__init__("sweeptable")

    def called(self, row: Entry) -> str:
        """Its id."""
        return row.sweep.id

    def open(self, row: Entry) -> None:
        """Show the sweep."""
        self.post_message(OpenSweep(row.sweep))

    def write_titles(self, paper: Paper) -> None:
        """The columns."""
        for name, x, room in _places(paper.width):
            put_title(paper, (x, room), name, "", right=name in RIGHT)

    def write_row(self, paper: Paper, row: Entry, *, here: bool) -> None:
        """One sweep, or why nothing can be said of it."""
        ink = STRONG if here else TEXT
        for name, x, room in _places(paper.width):
            if name == "sweep":
                put(paper, (x, room), safe(row.sweep.id, room), DIM, right=False)
            elif row.board is None:
                words = safe(row.problem, room) if name == "title" else ""
                put(paper, (x, room), words, BAD, right=False)
            elif name == "state":
                glyph, look = LOOKS[standing(row.board)]
                paper.write(x, 0, f"{glyph} {standing(row.board)}", look, room)
            else:
                text = safe(_text(name, row.board), room)
                put(paper, (x, room), text, ink, right=name in RIGHT)


def _text(name: str, board: Board) -> str:
    if name == "done":
        return f"{math.floor(100 * fraction(board))}%"
    if name == "cells":
        return str(len(board.cells))
    if name == "lanes":
        return f"{board.lanes_done}/{board.lanes}"
    failed = failures(board)
    return f"{board.title}: {failed}" if failed else board.title


def _places(width: int) -> Iterator[tuple[str, int, int]]:
    """Each column that has room: its name, where it begins, its columns."""
    names = list(WIDTHS)
    if width < ROOMY:
        names.remove("sweep")
    if width < SLIM:
        names = ["state", "done", "title"]
    taken = HEAD + sum(WIDTHS[name] + GAP for name in names)
    x = HEAD
    for name in names:
        room = WIDTHS[name] or max(4, width - taken)
        yield name, x, room
        x += room + GAP
