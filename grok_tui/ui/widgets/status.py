"""The two lines at the head of a run: what it is, how it stands, how far it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grok_tui.monitor.milestones import duration, progress
from grok_tui.monitor.text import columns, safe
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, WARN, Paper, bar
from grok_tui.ui.widgets.states import GLYPHS, INKS

if TYPE_CHECKING:
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.milestones import Progress
    from grok_tui.monitor.watch import View
    from grok_tui.ui.events import Mute

_BAR = 18
"""Columns that the share and its bar keep; what has no room beside them is left out."""


def status(view: View, width: int, muted: bool = False) -> Grid:
    """The two lines."""
    page = Paper(width, 2)
    device = view.about.device if view.about else ""
    if view.history.started is not None and not device:
        device = view.history.started.device
    right = page.width - 1
    if muted:
        right = page.write_right(right, 0, " · muted", DIM)
    word = f"{GLYPHS[view.state]} {view.state}"
    if device:
        right = page.write_right(right, 0, f" · {device}", DIM)
    if view.behind:  # and what the end of the log says is not known yet
        word = f"reading the log, {math.floor(100 * view.share)} %"
    left = page.write_right(right, 0, word, WARN if view.behind else INKS[view.state])
    title = view.config.title if view.config else view.problem or view.run.id
    page.write(1, 0, title, STRONG, max(0, left - 3))
    _progress(page, view)
    return page.grid


def _progress(page: Paper, view: View) -> None:
    if view.config is None:
        page.write(1, 1, view.run.id, DIM)
        return
    now = progress(view.config, view.history)
    right = page.width - 1
    for text, ink in _details(view, now):
        if right - columns(text) < _BAR:
            break
        right = page.write_right(right, 1, text, ink) - 2
    x = page.write(1, 1, f"{math.floor(100 * now.fraction):3} % ", TEXT)
    page.stamp(x, 1, bar(now.fraction, max(0, min(60, right - x - 1)), INKS[view.state]))


def _details(view: View, now: Progress) -> list[tuple[str, int]]:
    """What stands right of the progress bar, from the right."""
    found = [(f"{now.lanes_done} of {now.lanes} lanes done", DIM)]
    if view.state == "running":
        if now.speed is not None:
            found.append((f"{now.speed:,.0f} lane steps/s", TEXT))
        if now.eta is not None:
            found.append((f"at most {duration(now.eta)} left", TEXT))
    if view.history.warnings:
        count = len(view.history.warnings)
        found.append((f"{count} warning{'s' if count > 1 else ''}: v", WARN))
    if view.note:
        found.append((safe(view.note, 60), WARN))
    if view.history.damaged:
        found.append((f"{view.history.damaged} damaged lines", WARN))
    return found


class Status(CellView):
    """The head of the live screen."""

    DEFAULT_CSS = "Status { height: 2; }"

    def __init__(self, mute: Mute) -> None:
        super().__init__("status")
        self._mute = mute
        self._view: View | None = None

    def draw(self, view: View) -> None:
        """Show the run as it is in this view."""
        self._view = view
        self.redraw()

    def redraw(self) -> None:
        """Show the last view at the size of now."""
        if self._view is not None:
            self.show(status(self._view, self.size.width, self._mute.on))
