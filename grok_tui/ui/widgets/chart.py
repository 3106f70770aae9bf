"""One chart of the live screen: a title line with how it is drawn, and the plot below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor import legends
from grok_tui.monitor.charts import explained, moment
from grok_tui.monitor.curves import visible
from grok_tui.monitor.figures import GUTTER, canvas_size
from grok_tui.monitor.plots import waiting_for
from grok_tui.ui.messages import ChartDragged, ChartPointed, ChartZoomed
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import DIM, INFO, STRONG, TEXT, Paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.config import Config
    from grok_tui.ui.widgets.panels import Panel, Panels

_LEGEND = 10
"""Rows from which on a chart without a table of the arms has its own legend."""


class ChartView(CellView):
    """A plot of a run, drawn only while it is shown and when something that is seen changed."""

    DEFAULT_CSS = "ChartView { width: 1fr; height: 1fr; }"

    def __init__(self, place: int, panels: Panels) -> None:
        super().__init__(id=f"chart-{place}")
        self.alone = False
        """Whether it is the only one on screen: then its title line names the others."""
        self.legend = False
        """Whether nothing else on the screen says which line is which."""
        self._place = place
        self._panels = panels
        self._view: View | None = None
        self._marked = False
        """Whether keys acted on it when it was last drawn."""
        self._pressed: int | None = None
        """Column that the pointer was last at while its button is down."""
        self._dragged = False

    @property
    def panel(self) -> Panel | None:
        """What it shows: the chart of the page at its place, if there are so many."""
        page = self._panels.page
        return page[self._place] if self._place < len(page) else None

    @property
    def chosen(self) -> bool:
        """Whether keys act on this chart."""
        return self.panel is self._panels.chosen

    @property
    def turned(self) -> bool:
        """Whether keys act on it, or did until now."""
        return self.chosen or self._marked

    @property
    def area(self) -> tuple[int, int]:
        """Width and height of the plot itself."""
        legend = 1 if self.legend and self.size.height >= _LEGEND else 0
        return self.size.width - 1, self.size.height - 1 - legend

    def draw(self, view: View, at_once: bool = True) -> None:
        """Show the run as it is in this view; not at once: when the new size comes, or `redraw`."""
        self._view = view
        if at_once:
            self.redraw()

    def redraw(self) -> None:
        """Show the last view with the settings and the size of now."""
        panel = self.panel
        if self._view is not None and panel is not None and self.display and self.size.area:
            self._marked = self.chosen
            self.show(self._paint(self._view, panel))

    def resized(self) -> None:
        """Draw for the new size; the first drawing waits, so that words are seen before it."""
        if self.grid:
            self.redraw()

    def _paint(self, view: View, panel: Panel) -> Grid:
        width, height = self.size
        page = Paper(width, height)
        reason = waiting_for(view, panel.plot, panel.choice)
        # axes of numbers that nobody knows yet, or lines that will be others in a moment
        plain = view.behind or (reason and not panel.over_steps)
        if view.config is not None and not plain:
            body = panel.draw(view.config, view.history, self.area)
            top = height - len(body)
            for y, row in enumerate(body, start=top):
                page.stamp(0, y, row)
            if top > 1:
                _write_legend(page, panel)
            reason = reason or _emptiness(view, panel, view.config)
        self._write_title(page, view, panel)
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
        if here and one.over_steps and (smoothed := legends.smoothing(one.settings)):
            parts.append((f" {smoothed}", INFO))
        for text, ink in parts:
            x = page.write(x, 0, text, ink, max(0, right - x))
        return x + 1

    def _notes(self, view: View, panel: Panel) -> Iterator[str]:
        """What stands right in the title line, the most important first, from the right."""
        choice, config, settings = panel.choice, view.config, panel.settings
        scale = ""
        if choice.kind in ("steps", "frequencies"):
            scale = legends.scale(settings, choice.kind)
        notes = [scale] if settings.x != "step" else []
        if panel.over_steps:
            notes.append(legends.view(settings, self._panels.outlook.follows))
            notes.append(legends.reference(panel.traces, choice.dashed))
        if config is not None:
            notes.append(moment(choice, config, view.history))
            notes.append(explained(choice, config, view.history))
        if scale not in notes:
            notes.append(scale)
        if config is not None:
            notes.append(_seeds(panel, config))
        yield from filter(None, notes)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to drag, or to point."""
        self.capture_mouse()
        self._pressed, self._dragged = event.x, False

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag by whole columns."""
        if self._pressed is not None and event.x != self._pressed:
            columns = canvas_size(self.area)[0]
            self.post_message(ChartDragged((self._pressed - event.x) / max(1, columns)))
            self._pressed, self._dragged = event.x, True

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Drag no more; what was not dragged was pointed at."""
        self.release_mouse()
        if self._pressed is not None and not self._dragged:
            self.post_message(ChartPointed(self._place, self._across(event)))
        self._pressed = None

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look closer at what is under the pointer."""
        event.stop()
        self.post_message(ChartZoomed(closer=True, about=self._across(event)))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look from further away."""
        event.stop()
        self.post_message(ChartZoomed(closer=False, about=self._across(event)))

    def _across(self, event: events.MouseEvent) -> float:
        """Where the pointer is across the canvas, 0 to 1."""
        columns, _, framed = canvas_size(self.area)
        column = event.x - (GUTTER if framed else 0)
        return min(1.0, max(0.0, (2 * column + 0.5) / max(1, 2 * columns - 1)))


def _write_legend(page: Paper, panel: Panel) -> None:
    x = 1
    for text, ink in legends.legend(visible(panel.traces, panel.settings), page.width - 2):
        x = page.write(x, 1, text, ink) + 2


def _emptiness(view: View, panel: Panel, config: Config) -> str:
    if not panel.over_steps:
        return ""
    x = panel.axis(config, view.history)
    return legends.emptiness(panel.traces, panel.settings, x)


def _seeds(panel: Panel, config: Config) -> str:
    """Which seeds are seen, and how."""
    count = len(config.seeds)
    if panel.over_steps or count == 1:
        return legends.seeds(count, panel.settings)
    return f"seed {config.seeds[0]} of {count} seeds"
