"""One chart of the live screen: a title line with the legend, and the plot below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from grok_tui.monitor.plots import PLOTS, Chart, lines, waiting_for
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, Paper

if TYPE_CHECKING:
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.plots import Plot
    from grok_tui.monitor.watch import View


class ChartView(CellView):
    """A plot of a run, drawn only while it is shown and when something that is seen changed."""

    DEFAULT_CSS = "ChartView { width: 1fr; height: 1fr; }"

    def __init__(self, plot: Plot) -> None:
        super().__init__(id=f"chart-{plot.name}")
        self.plot = plot
        self.log_x = True
        self.log_y = plot.log_y
        self.chosen = False
        """Whether keys act on this chart."""
        self.alone = False
        """Whether it is the only one on screen: then its title line names the others."""
        self._chart = Chart(plot)
        self._view: View | None = None

    def draw(self, view: View, at_once: bool = True) -> None:
        """Show the run as it is in this view; not at once: when the new size comes, or `redraw`."""
        self._view = view
        if at_once:
            self.redraw()

    def redraw(self) -> None:
        """Show the last view with the settings and the size of now."""
        if self._view is not None and self.display and self.size.area:
            self.show(self._page(self._view))

    def toggle(self, axis: Literal["x", "y"]) -> None:
        """Log for plain, plain for log."""
        if axis == "x":
            self.log_x = not self.log_x
        else:
            self.log_y = not self.log_y
        self.redraw()

    def resized(self) -> None:
        """Draw for the new size; the first drawing waits, so that words are seen before it."""
        if self.grid:
            self.redraw()

    def _page(self, view: View) -> Grid:
        width, height = self.size
        page = Paper(width, height)
        self._write_title(page, view)
        size = (width - 1, height - 1)
        if view.config is not None:
            body = self._chart.draw(view.config, view.history, size, (self.log_x, self.log_y))
            for y, row in enumerate(body, start=1):
                page.stamp(0, y, row)
        drawn = lines(self.plot, view.config, view.history) if view.config else []
        reason = waiting_for(view, drawn)
        if reason:
            page.write(max(0, (width - len(reason)) // 2), height // 2, reason, DIM)
        return page.grid

    def _write_title(self, page: Paper, view: View) -> None:
        x = 0
        for plot in PLOTS if self.alone else (self.plot,):
            here = plot is self.plot
            strong = here and (self.chosen or self.alone)
            x = page.write(x, 0, "▸" if strong else " ", STRONG)
            x = page.write(x, 0, plot.title, STRONG if strong else TEXT if here else DIM) + 1
        right = page.width - 2
        scale = f"{'log' if self.log_x else 'linear'} steps"
        if self.log_y:
            scale += ", log y"
        seeds = len(view.config.seeds) if view.config else 1
        parts = ["── test  ╴╴ train"] if self.plot.dashed else []
        parts += (
            [f"seed {view.config.seeds[0]} of {seeds} seeds"] if view.config and seeds > 1 else []
        )
        for part in (*parts, scale):
            if right - len(part) < x + 2:
                break
            right = page.write_right(right, 0, part, DIM) - 2
