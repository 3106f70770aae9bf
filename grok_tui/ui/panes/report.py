"""The verdict pane: the whole comparison, its sentences, the warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll

from grok_tui.ui import keys
from grok_tui.ui.panes.pane import ScrollingPane
from grok_tui.ui.widgets.verdict import Words, report

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View


class ReportPane(ScrollingPane):
    """Everything that is compared, as tall as it is, behind a window that scrolls."""

    SECTION = "verdict"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("verdict")
    DEFAULT_CSS = "ReportPane > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }"

    _shown: tuple[View, Verdict | None] | None = None

    def compose(self) -> ComposeResult:
        """One widget as tall as the report."""
        with VerticalScroll(can_focus=False):
            yield Words("report-lines")

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Write the report of this view."""
        self._shown = view, verdict
        width = self.size.width - 2
        if width < 1:
            return  # nor is there room for a word; a size will come
        lines = report(view, verdict, width)
        words = self.query_one(Words)
        words.styles.height = len(lines)
        words.draw(lines, width)

    def on_resize(self) -> None:
        """Break the lines anew."""
        if self._shown is not None:
            self.draw(*self._shown)
