"""The charts with what is below them: the comparison or the values under the cursor, and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container, Vertical

from grok_tui.monitor.curves import visible
from grok_tui.monitor.plots import plots
from grok_tui.monitor.readout import table
from grok_tui.monitor.settings import ONE
from grok_tui.ui.outlook import DENSITIES
from grok_tui.ui.widgets.arrange import Wish, arrange
from grok_tui.ui.widgets.chart import ChartView
from grok_tui.ui.widgets.readout import Found, ReadOut, place
from grok_tui.ui.widgets.verdict import Words, sentences, summary

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from grok_tui.monitor.history import History
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.config import Config
    from grok_tui.ui.looking import Looking
    from grok_tui.ui.widgets.armtable import ArmTable
    from grok_tui.ui.widgets.panels import Panels

_SETTLED = 0.04
"""Seconds after which new sizes have arrived."""
_WORDS_FIRST = 0.1
"""Seconds in which the words are painted before the first charts, whose library takes longer."""


class Board(Vertical):
    """Shows one view of a run as the panels say."""

    DEFAULT_CSS = """
    Board #charts { height: 1fr; layout: vertical; }
    Board.-grid #charts { layout: grid; grid-gutter: 0 1; }
    Board.-grid.-roomy #charts { grid-gutter: 1 1; }
    Board.-roomy { padding-bottom: 1; }
    Board.-roomy ArmTable, Board.-roomy ReadOut, Board.-roomy #verdict { margin-top: 1; }
    """

    def __init__(self, panels: Panels, looking: Looking, table: ArmTable) -> None:
        super().__init__()
        self.full = False
        """Whether the chosen chart has all of it."""
        self._panels = panels
        self._looking = looking
        self._table = table
        self._view: View | None = None
        self._verdict: Verdict | None = None
        self._arranged: object = None

    def compose(self) -> ComposeResult:
        """Charts, comparison or values under the cursor, verdict."""
        with Container(id="charts"):
            yield from (ChartView(place, self._panels) for place in range(max(DENSITIES)))
        yield self._table
        yield ReadOut("readout")
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
            self._panels.take(plots(view.config, view.history))
            self._look(view.config, view.history)
        with self.app.batch_update():
            moved = self._arrange()
            for chart in self.query(ChartView):
                chart.draw(view, at_once=not (first or moved))
            self._draw_words(view)
        if first:
            self.call_after_refresh(lambda: self.set_timer(_WORDS_FIRST, self._draw))
        elif moved:  # a chart that gets a new size draws itself; one that does not, then
            self.set_timer(_SETTLED, self._draw)

    def has_room_for(self, view: View, verdict: Verdict | None) -> bool:
        """Whether the whole verdict has room below the charts."""
        if verdict is None:
            return True
        layout = arrange(self.size, view, verdict, self._wish)
        return layout.verdict >= len(sentences(verdict, self.size.width))

    @property
    def chart(self) -> ChartView:
        """The chart that keys act on."""
        return next(chart for chart in self.query(ChartView) if chart.chosen)

    def rearrange(self) -> None:
        """Show it as it is to be looked at now; unless sizes change first what keys act on."""
        if not self._arrange():
            self._draw_turned()
        self.call_after_refresh(self._draw)

    def _look(self, config: Config, history: History) -> None:
        """Look at the run as it is now."""
        outlook = self._panels.outlook
        outlook.hues = not self.app.current_theme.name.startswith("ansi")
        self._looking.size = self.chart.area
        self._looking.take(config, history, self._view.notes if self._view else ())
        outlook.notes = self._looking.notes

    def _draw_turned(self) -> None:
        """The chart that a key was for: it is seen before all that follows from it is drawn."""
        if self._view is not None:
            if self._view.config is not None:
                self._look(self._view.config, self._view.history)
            for chart in self.query(ChartView):
                if chart.turned:
                    chart.draw(self._view)

    def _draw(self) -> None:
        if self._view is not None and self.is_attached:
            with self.app.batch_update():
                if self._view.config is not None:
                    self._look(self._view.config, self._view.history)
                for chart in self.query(ChartView):
                    chart.draw(self._view)
                self._draw_words(self._view)

    def _draw_words(self, view: View) -> None:
        self._table.draw(view, self._verdict)
        self._read_out(view)
        words = self.query_one("#verdict", Words)
        layout = arrange(self.size, view, self._verdict, self._wish)
        words.draw(summary(view, self._verdict, self.size.width, layout.verdict), self.size.width)

    def _read_out(self, view: View) -> None:
        """Write what is under the cursor: the chosen chart first, then the others of the page."""
        outlook = self._panels.outlook
        if outlook.cursor is None or view.config is None:
            return
        chosen = self._panels.chosen
        panels = [chosen, *(panel for panel in self._panels.page if panel is not chosen)]
        panels = [panel for panel in panels if panel.over_steps]
        rows = table(
            [visible(one.read(view.config, view.history), one.settings) for one in panels],
            outlook.cursor,
        )
        titles = [f"{panel.plot.title} {panel.choice.label}".strip() for panel in panels]
        where = place(ONE[outlook.x], outlook.cursor)
        self.query_one(ReadOut).draw(Found(where, self._looking.words(), titles, rows))

    @property
    def _wish(self) -> Wish:
        """No more charts than the page has: the last one may have few."""
        outlook, page = self._panels.outlook, self._panels.page
        density = next(count for count in DENSITIES if count >= len(page))
        return Wish(self.full, density, outlook.cursor is not None)

    def _arrange(self) -> bool:
        """Show and size what belongs on a pane of this size; whether anything changed."""
        layout = arrange(self.size, self._view, self._verdict, self._wish)
        page = self._panels.page
        wanted = (layout, layout.grid == (1, 1) and self._panels.chosen, *page)
        if wanted == self._arranged:
            return False
        self._arranged = wanted
        columns, down = layout.grid
        alone = layout.grid == (1, 1)
        self.set_class(not alone, "-grid")
        self.set_class(layout.roomy, "-roomy")
        grid = self.query_one("#charts").styles
        grid.grid_size_columns, grid.grid_size_rows = columns, down
        for chart in self.query(ChartView):
            chart.alone = alone
            chart.legend = not (layout.arms or layout.readout)
        heights = {"#arms": layout.arms, "#readout": layout.readout, "#verdict": layout.verdict}
        for number in range(max(DENSITIES)):
            seen = number < len(page) and (not alone or page[number] is self._panels.chosen)
            heights[f"#chart-{number}"] = 1 if seen else 0
        for selector, height in heights.items():
            self._resize(selector, height)
        return True

    def _resize(self, selector: str, height: int) -> None:
        """Hide what has no height; those that have one of their own take it."""
        widget = self.query_one(selector)
        widget.display = height > 0
        if height and not selector.startswith("#chart"):
            widget.styles.height = height
