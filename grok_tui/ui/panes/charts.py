"""The charts pane: charts with the comparison below them, and the first words of the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container

from grok_tui.monitor.plots import plots
from grok_tui.ui import keys
from grok_tui.ui.panes.pane import Pane
from grok_tui.ui.widgets.arms import Arms
from grok_tui.ui.widgets.arrange import arrange
from grok_tui.ui.widgets.chart import ChartView
from grok_tui.ui.widgets.panels import PAGE, Panels
from grok_tui.ui.widgets.verdict import Words, sentences, summary

if TYPE_CHECKING:
    from typing import Literal

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.ui.selection import Selection

_SETTLED = 0.04
"""Seconds after which new sizes have arrived."""
_WORDS_FIRST = 0.1
"""Seconds in which the words are painted before the first charts, whose library takes longer."""


class ChartsPane(Pane):
    """Shows one view of a run; which chart and how large is decided by its actions."""

    SECTION = "charts"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("charts")
    DEFAULT_CSS = """
    ChartsPane #charts { height: 1fr; layout: vertical; }
    ChartsPane.-four #charts { layout: grid; grid-size: 2 2; grid-gutter: 0 1; }
    ChartsPane.-four.-roomy #charts { grid-gutter: 1 1; }
    ChartsPane.-roomy { padding-bottom: 1; }
    ChartsPane.-roomy Arms, ChartsPane.-roomy #verdict { margin-top: 1; }
    """

    def __init__(self, selection: Selection) -> None:
        super().__init__()
        self.full = False
        self.panels = Panels()
        self.selection = selection
        self._view: View | None = None
        self._verdict: Verdict | None = None
        self._arranged: object = None

    def compose(self) -> ComposeResult:
        """Charts, comparison, verdict."""
        with Container(id="charts"):
            yield from (ChartView(place, self.panels) for place in range(PAGE))
        yield Arms("arms")
        yield Words("verdict")

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
        first = self._view is None
        self._view, self._verdict = view, verdict
        if view.config is not None:
            self.panels.take(plots(view.config, view.history))
        with self.app.batch_update():
            moved = self._arrange()
            self._draw_words(view)
            for chart in self.query(ChartView):
                chart.draw(view, at_once=not (first or moved))
        if first:
            self.call_after_refresh(lambda: self.set_timer(_WORDS_FIRST, self._draw))
        elif moved:  # a chart that gets a new size draws itself; one that does not, then
            self.set_timer(_SETTLED, self._draw)

    def has_room_for(self, view: View, verdict: Verdict | None) -> bool:
        """Whether the whole verdict has room below the charts."""
        if verdict is None:
            return True
        layout = arrange(self.size, view, verdict, self.full)
        return layout.verdict >= len(sentences(verdict, self.size.width))

    def out(self) -> bool:
        """Out of full screen."""
        was, self.full = self.full, False
        if was:
            self.rearrange()
        return was

    def action_move(self, by: int) -> None:
        """The next chart, or the one before."""
        self.panels.move(by)
        self.rearrange()

    def action_page(self, by: int) -> None:
        """The next page of charts, or the page before."""
        self.panels.turn(by)
        self.rearrange()

    def action_part(self, by: int) -> None:
        """The next thing that the chosen chart can show, or the one before."""
        self.panels.chosen.turn(by)
        self.chart.redraw()

    def action_full(self) -> None:
        """Give the chosen chart the whole screen, or take it back."""
        self.full = not self.full
        self.rearrange()

    def action_log_axis(self, axis: Literal["x", "y"]) -> None:
        """Log for plain and back, for the chosen chart."""
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
        self.query_one(Arms).draw(view, self._verdict)
        words = self.query_one("#verdict", Words)
        layout = arrange(self.size, view, self._verdict, self.full)
        words.draw(summary(view, self._verdict, self.size.width, layout.verdict), self.size.width)

    def _arrange(self) -> bool:
        """Show and size what belongs on a pane of this size; whether anything changed."""
        layout = arrange(self.size, self._view, self._verdict, self.full)
        page = self.panels.page
        wanted = (layout, self.panels.chosen, *page)
        if wanted == self._arranged:
            return False
        self._arranged = wanted
        self.set_class(layout.four, "-four")
        self.set_class(layout.roomy, "-roomy")
        for chart in self.query(ChartView):
            chart.alone = not layout.four
        heights = {"#arms": layout.arms, "#verdict": layout.verdict}
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
