"""The panes of the live screen: charts with the comparison below, the report, the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.containers import Container, Vertical, VerticalScroll

from grok_tui.monitor.plots import plots
from grok_tui.ui.screens.log import LogPane
from grok_tui.ui.widgets.arms import Arms
from grok_tui.ui.widgets.arrange import arrange
from grok_tui.ui.widgets.chart import ChartView
from grok_tui.ui.widgets.panels import PAGE, Panels
from grok_tui.ui.widgets.status import Status
from grok_tui.ui.widgets.verdict import Words, report, sentences, summary

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir

_SETTLED = 0.04
"""Seconds after which new sizes have arrived."""
_WORDS_FIRST = 0.1
"""Seconds in which the words are painted before the first charts, whose library takes longer."""
Pane = Literal["charts", "report", "log"]


class Board(Vertical):
    """Shows one view of a run; which pane, which chart and how large is decided by its methods."""

    DEFAULT_CSS = """
    Board { height: 1fr; }
    Board #charts { height: 1fr; layout: vertical; }
    Board.-four #charts { layout: grid; grid-size: 2 2; grid-gutter: 0 1; }
    Board #report { height: 1fr; scrollbar-size-vertical: 1; }
    Board.-four.-roomy #charts { grid-gutter: 1 1; }
    Board.-roomy { padding-bottom: 1; }
    Board.-roomy Arms, Board.-roomy #verdict { margin-top: 1; }
    """

    def __init__(self, run: RunDir) -> None:
        super().__init__()
        self.pane: Pane = "charts"
        self.full = False
        self.panels = Panels()
        self._run = run
        self._view: View | None = None
        self._verdict: Verdict | None = None
        self._arranged: object = None

    def compose(self) -> ComposeResult:
        """Head, charts, comparison, verdict; report and log in their place when asked for."""
        yield Status("status")
        with Container(id="charts"):
            yield from (ChartView(place, self.panels) for place in range(PAGE))
        yield Arms("arms")
        yield Words("verdict")
        with VerticalScroll(id="report"):
            yield Words("report-lines")
        yield LogPane(self._run)

    def on_mount(self) -> None:
        """Hide what is not asked for yet."""
        self._arrange()

    def on_resize(self) -> None:
        """Arrange for the new size; charts draw themselves, words when that has taken effect."""
        self._arrange()
        if self._view is not None:
            self.set_timer(_SETTLED, self._draw)

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Show this view. The first time words come before charts, which take longer."""
        before = self._view.state if self._view else ""
        first = before == ""
        ended = view.state == "finished" != before
        self._view, self._verdict = view, verdict
        if view.config is not None:
            self.panels.take(plots(view.config, view.history))
        if ended and self.pane == "charts" and not self._has_room_for_verdict():
            self.pane = "report"
        with self.app.batch_update():
            moved = self._arrange()
            self._draw_words(view)
            for chart in self.query(ChartView):
                chart.draw(view, at_once=not (first or moved))
        if first:
            self.call_after_refresh(lambda: self.set_timer(_WORDS_FIRST, self._draw))
        elif moved:  # a chart that gets a new size draws itself; one that does not, then
            self.set_timer(_SETTLED, self._draw)

    def _has_room_for_verdict(self) -> bool:
        if self._view is None or self._verdict is None:
            return True
        layout = arrange(self.size, self._view, self._verdict, self.full)
        return layout.verdict >= len(sentences(self._verdict, self.size.width))

    def open(self, pane: Pane) -> None:
        """Show this pane; keys that scroll go to it."""
        self.pane, self.full = pane, False
        self.rearrange()
        self.screen.set_focus(None if pane == "charts" else self.query_one(f"#{pane}"))

    def move(self, by: int) -> None:
        """The next chart or the one before; in the other panes, so many lines."""
        if self.pane == "charts":
            self.panels.move(by)
            self.rearrange()
        else:
            self.query_one(f"#{self.pane}").scroll_relative(y=by, animate=False)

    def turn_page(self, by: int) -> None:
        """The next page of charts, or the page before."""
        if self.pane == "charts":
            self.panels.turn(by)
            self.rearrange()

    def turn_part(self, by: int) -> None:
        """The next thing that the chosen chart can show, or the one before."""
        if self.pane == "charts":
            self.panels.chosen.turn(by)
            self.chart.redraw()

    def fill(self) -> None:
        """Give the chosen chart the whole screen, or take it back."""
        if self.pane == "charts":
            self.full = not self.full
            self.rearrange()

    def toggle(self, axis: Literal["x", "y"]) -> None:
        """Log for plain and back, for the chosen chart, while it can be seen."""
        if self.pane == "charts":
            self.panels.chosen.flip(axis)
            self.chart.redraw()

    @property
    def chart(self) -> ChartView:
        """The chart that keys act on."""
        return next(chart for chart in self.query(ChartView) if chart.chosen)

    def rearrange(self) -> None:
        """Show and size what belongs here now, then draw it."""
        self._arrange()
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if self._view is not None and self.is_attached:
            with self.app.batch_update():
                self._draw_words(self._view)
                for chart in self.query(ChartView):
                    chart.draw(self._view)

    def _draw_words(self, view: View) -> None:
        self.query_one(Status).draw(view)
        self.query_one(Arms).draw(view, self._verdict)
        words = self.query_one("#verdict", Words)
        layout = arrange(self.size, view, self._verdict, self.full)
        words.draw(summary(view, self._verdict, self.size.width, layout.verdict), self.size.width)
        if self.pane == "report":
            lines = report(view, self._verdict, self.size.width - 2)
            words = self.query_one("#report-lines", Words)
            words.styles.height = len(lines)
            words.draw(lines, self.size.width - 2)
        if self.pane == "log":
            self.query_one(LogPane).read()

    def _arrange(self) -> bool:
        """Show and size what belongs on a board of this size; whether anything changed."""
        layout = arrange(self.size, self._view, self._verdict, self.full)
        page = self.panels.page
        wanted = (layout, self.pane, self.panels.chosen, *page)
        if wanted == self._arranged:
            return False
        self._arranged = wanted
        charts = self.pane == "charts"
        self.set_class(layout.four, "-four")
        self.set_class(layout.roomy, "-roomy")
        for chart in self.query(ChartView):
            chart.alone = not layout.four
        heights = {
            "#charts": 1 if charts else 0,
            "#arms": layout.arms if charts else 0,
            "#verdict": layout.verdict if charts else 0,
            "#report": 1 if self.pane == "report" else 0,
            "#log": 1 if self.pane == "log" else 0,
        }
        for place in range(PAGE):
            shown = place < len(page) and (layout.four or page[place] is self.panels.chosen)
            heights[f"#chart-{place}"] = 1 if shown else 0
        for selector, height in heights.items():
            self._resize(selector, height)
        return True

    def _resize(self, selector: str, height: int) -> None:
        """Hide what has no height; those that have one of their own take it."""
        widget = self.query_one(selector)
        widget.display = height > 0
        if height and selector in ("#arms", "#verdict"):
            widget.styles.height = height
