"""The two lines at the head of a sweep: what it is, how it stands, how far it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grok_tui.monitor.sweeps.standing import details, failures, fraction, standing
from grok_tui.monitor.text import columns
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import BAD, DIM, GOOD, INFO, STRONG, TEXT, Paper, bar
from grok_tui.ui.widgets.states import GLYPHS

if TYPE_CHECKING:
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.sweeps.results import Board
    from grok_tui.monitor.sweeps.standing import Standing

LOOKS: dict[Standing, tuple[str, int]] = {
    "training": (GLYPHS["running"], INFO),
    "waiting": (GLYPHS["starting"], INFO),
    "done": (GLYPHS["finished"], GOOD),
    "failed": (GLYPHS["failed"], BAD),
    "stopped": (GLYPHS["stopped"], DIM),
}
"""Glyph and ink of each state."""
_BAR = 12
"""Columns that the share and its bar keep; what has no room beside them is left out."""


def head(board: Board, width: int) -> Grid:
    """The two lines."""
    page = Paper(width, 2)
    state = standing(board)
    glyph, ink = LOOKS[state]
    left = page.write_right(page.width - 1, 0, f"{glyph} {state}", ink)
    page.write(1, 0, board.title, STRONG, max(0, left - 3))
    right = page.width - 1
    first = [(text, BAD) for text in [failures(board)] if text]
    for text, role in [*first, *((text, DIM) for text in details(board))]:
        if right - columns(text) < _BAR:
            break
        right = page.write_right(right, 1, text, role) - 2
    share = fraction(board)
    x = page.write(1, 1, f"{math.floor(100 * share):3} % ", TEXT)
    page.stamp(x, 1, bar(share, max(0, min(60, right - x - 1)), ink))
    return page.grid


class SweepHead(CellView):
    """The head of the screen of a sweep."""

    DEFAULT_CSS = "SweepHead { height: 2; }"

    def __init__(self) -> None:
        super().__init__("sweephead")
        self._board: Board | None = None
        self._said = "reading its packs"

    def say(self, sentence: str) -> None:
        """Show this while there is no board."""
        self._said = sentence
        self.redraw()

    def take(self, board: Board) -> None:
        """Show the sweep as it is now."""
        self._board = board
        self.redraw()

    def redraw(self) -> None:
        """Show the same at the size of now."""
        if self._board is not None:
            self.show(head(self._board, self.size.width))
        else:
            page = Paper(self.size.width, 2)
            page.write(1, 0, self._said, DIM)
            self.show(page.grid)
