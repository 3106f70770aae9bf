"""What a claim rests on as charts, drawn from its runs, and where its picture lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from grok_tui.monitor.plots import plots
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import Watch
from grok_tui.ui.keys import bindings
from grok_tui.ui.messages import Looked
from grok_tui.ui.widgets.chart import ChartView
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.panels import Panels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.protocol.rundir import RunDir


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
        self._panels.outlook.hues = not self.app.no_color

    def compose(self) -> ComposeResult:
        """What it shows, the chart, which run it is and where the picture lies."""
        yield Static(self._caption, id="head", markup=False)
        chart = ChartView(0, self._panels)
        chart.alone = chart.legend = True
        yield chart
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
            self.query_one(ChartView).draw(view)

    def action_chart(self, by: int) -> None:
        """Another chart of the run."""
        self._panels.move(by)
        self.query_one(ChartView).redraw()

    def action_run(self, by: int) -> None:
        """Another of the runs."""
        self._turn(by)
