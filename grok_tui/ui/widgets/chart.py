"""One chart of the live screen: a title line with the legend, and the plot below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.charts import explained, moment
from grok_tui.monitor.plots import waiting_for
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, Paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.watch import View
    from grok_tui.ui.widgets.panels import Panel, Panels


class ChartView(CellView):
    """A plot of a run, drawn only while it is shown and when something that is seen changed."""

    DEFAULT_CSS = "ChartView { width: 1fr; height: 1fr; }"

    def __init__(self, place: int, panels: Panels) -> None:
        super().__init__(id=f"chart-{place}")
        self.alone = False
        """Whether it is the only one on screen: then its title line names the others."""
        self._place = place
        self._panels = panels
        self._view: View | None = None

    @property
    def panel(self) -> Panel | None:
        """What it shows: the chart of the page at its place, if there are so many."""
        page = self._panels.page
        return page[self._place] if self._place < len(page) else None

    @property
    def chosen(self) -> bool:
        """Whether keys act on this chart."""
        return self.panel is self._panels.chosen

    def draw(self, view: View, at_once: bool = True) -> None:
        """Show the run as it is in this view; not at once: when the new size comes, or `redraw`."""
        self._view = view
        if at_once:
            self.redraw()

    def redraw(self) -> None:
        """Show the last view with the settings and the size of now."""
        panel = self.panel
        if self._view is not None and panel is not None and self.display and self.size.area:
            self.show(self._paint(self._view, panel))

    def resized(self) -> None:
        """Draw for the new size; the first drawing waits, so that words are seen before it."""
        if self.grid:
            self.redraw()

    def _paint(self, view: View, panel: Panel) -> Grid:
        width, height = self.size
        page = Paper(width, height)
        self._write_title(page, view, panel)
        reason = waiting_for(view, panel.plot, panel.choice)
        # axes of numbers that nobody knows yet, or lines that will be others in a moment
        plain = view.behind or (reason and panel.choice.kind != "steps")
        if view.config is not None and not plain:
            body = panel.draw(view.config, view.history, (width - 1, height - 1))
            for y, row in enumerate(body, start=1):
                page.stamp(0, y, row)
        if reason:
            page.write(max(0, (width - len(reason)) // 2), height // 2, reason, DIM)
        return page.grid

    def _write_title(self, page: Paper, view: View, panel: Panel) -> None:
        right = page.width - 2
        if self.chosen and self._panels.pages > 1:
            where = f"page {self._panels.number} of {self._panels.pages}: PgDn"
            right = page.write_right(right, 0, where, DIM) - 2
        x = 0
        for one in self._panels.page if self.alone else (panel,):
            x = self._write_name(page, (x, right), one, panel)
        for part in self._notes(view, panel):
            if right - len(part) < x + 2:
                break
            right = page.write_right(right, 0, part, DIM) - 2

    def _write_name(self, page: Paper, place: tuple[int, int], one: Panel, shown: Panel) -> int:
        """A chart of the page, between these columns; of the one that is shown what it shows."""
        x, right = place
        here = one is shown
        strong = here and (self.chosen or self.alone)
        parts = [
            ("▸" if strong else " ", STRONG),
            (one.plot.title, STRONG if strong else TEXT if here else DIM),
        ]
        if here and one.choice.label:
            count = len(one.plot.choices)
            key = ": ." if self.chosen and count > 1 else ""
            parts += [
                (f" {one.choice.label}", TEXT),
                (f" {one.place + 1} of {count}{key}", DIM),
            ]
        for text, ink in parts:
            x = page.write(x, 0, text, ink, max(0, right - x))
        return x + 1

    def _notes(self, view: View, panel: Panel) -> Iterator[str]:
        """What stands right in the title line, the most important first, from the right."""
        choice, config = panel.choice, view.config
        notes = [choice.legend]
        if config is not None:
            notes.append(moment(choice, config, view.history))
            notes.append(explained(choice, config, view.history))
            if len(config.seeds) > 1:
                notes.append(f"seed {config.seeds[0]} of {len(config.seeds)} seeds")
        yield from filter(None, [*notes, _scale(panel)])


def _scale(panel: Panel) -> str:
    """How the axes run; nothing where that cannot be changed."""
    if panel.choice.kind not in ("steps", "frequencies"):
        return ""
    logs = "log" if panel.log_x else "linear"
    words = f"{logs} {panel.choice.kind}"
    return f"{words}, log y" if panel.log_y else words
