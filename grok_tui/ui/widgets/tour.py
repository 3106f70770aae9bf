"""The panel of the tour: one chapter in words, below the run that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.ui import keys
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import DIM, INFO, STRONG, TEXT, Paper, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.tour import Chapter

LEFT = 5
"""Rows of a low screen that the panel leaves to the run."""
WIDEST = 100
"""Columns of text that a line of it may have: longer ones are hard to read."""


def written(chapters: Sequence[Chapter], at: int, width: int) -> Grid:
    """One chapter at this width, as tall as the tallest: a new chapter moves nothing else."""
    room = max(1, min(width - 4, WIDEST))
    broken = [wrap(chapter.text, room) for chapter in chapters]
    page = Paper(width, max(map(len, broken)) + 2)
    page.stamp(0, 0, [("─", INFO)] * width)
    title = f" {at + 1} of {len(chapters)}  {chapters[at].title} "
    page.write(2, 0, title, STRONG)
    for y, line in enumerate(broken[at], start=1):
        page.write(2, y, line, TEXT)
    page.write(2, len(page.grid) - 1, _advice(at, len(chapters)), DIM)
    return page.grid


def _advice(at: int, count: int) -> str:
    """The keys of the tour that do something now."""
    idle = {"tour.next"} if at == count - 1 else {"tour.before"} if at == 0 else set()
    return "   ".join(
        f"{keys.shown(key.names[0])} {key.help.rstrip('.').lower()}"
        for key in keys.on_screen("tour")
        if key.id not in idle
    )


class TourPanel(CellView):
    """Shows one chapter; which one is for the screen to say."""

    DEFAULT_CSS = "TourPanel { height: 8; }"

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        super().__init__(id="tour")
        self._chapters = chapters
        self.at = 0

    @property
    def chapter(self) -> Chapter:
        """The one that is shown."""
        return self._chapters[self.at]

    def turn(self, by: int) -> bool:
        """The next chapter or the one before, if there is one; whether there was."""
        there = 0 <= self.at + by < len(self._chapters)
        if there:
            self.at += by
            self.redraw()
        return there

    def redraw(self) -> None:
        """Show the chapter at the size of now, and be as tall as it needs."""
        if self.size.width:
            grid = written(self._chapters, self.at, self.size.width)
            most = max(2, self.app.size.height - LEFT)
            if len(grid) > most:  # the end of the text has no room; the keys have
                grid = [*grid[: most - 1], grid[-1]]
            self.styles.height = len(grid)
            self.show(grid)
