"""What a claim rests on as charts, drawn from its runs, and where its picture lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from grok_tui.monitor import legends
from grok_tui.monitor.plots import plots
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import Watch
from grok_tui.ui.keys import bindings
from grok_tui.ui.messages import Looked
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.chart import ChartView
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.panels import Panels
from grok_tui.ui.widgets.paper import Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir


KEY = 6
"""Of so many rows of the screen one may say which line is which."""


class Figure(Screen[None]):
    """One chart of one run at a time. `caption` and `where` are words of ours."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("figure")

    def __init__(self, caption: str, runs: Sequence[RunDir], where: str) -> None:
        super().__init__(name="figure")
        self._caption = caption
        self._runs = runs
        self._where = where
        self._shown = 0
        self._panels = Panels()
        self._panels.outlook.density = 1
        self._view: View | None = None

    def compose(self) -> ComposeResult:
        """What it shows, the chart, which run it is and where the picture lies."""
        yield Static(self._caption, id="head", markup=False)
        chart = ChartView(0, self._panels)
        chart.alone = True
        yield chart
        yield CellView("lines")
        yield Static(id="which", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the first run."""
        self._turn(0)

    def _turn(self, by: int) -> None:
        self._shown = (self._shown + by) % len(self._runs)
        run = self._runs[self._shown]
        number = f"{self._shown + 1} of {len(self._runs)}: " if len(self._runs) > 1 else ""
        words = f"{number}{safe(run.id, 80)}\n{safe(self._where, 300)}"
        self.query_one("#which", Static).update(Content(words))
        self._read(run)

    @work(thread=True, exclusive=True, group="read")
    def _read(self, run: RunDir) -> None:
        """The whole log of a run."""
        watch = Watch(run)
        view = watch.look()
        watch.close()
        self.post_message(Looked(view))

    def on_looked(self, message: Looked) -> None:
        """Draw it, if it is still the one that is meant."""
        view = message.view
        if view.run == self._runs[self._shown]:
            if view.config is not None:
                self._panels.take(plots(view.config, view.history))
            self._view = view
            self._draw()

    def _draw(self) -> None:
        """The chart, and below it as many names of its lines as there is room for."""
        if self._view is None:
            return
        self._panels.outlook.hues = not self.app.current_theme.ansi
        self.query_one(ChartView).draw(self._view)
        width, height = self.size
        found = legends.lines(self._panels.chosen.traces, width - 2, max(1, height // KEY))
        paper = Paper(width, len(found))
        for y, parts in enumerate(found):
            x = 1
            for text, role in parts:
                x = paper.write(x, y, text, role) + 2
        key = self.query_one("#lines", CellView)
        key.styles.height = len(found)
        key.show(paper.grid)

    def on_resize(self) -> None:
        """There is room for more names, or for fewer."""
        self._draw()

    def action_chart(self, by: int) -> None:
        """Another chart of the run."""
        self._panels.move(by)
        self._draw()

    def action_run(self, by: int) -> None:
        """Another of the runs."""
        self._turn(by)
