"""The machine pane: every GPU, the cores, the memory, and what the trainer takes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll

from grok_tui.ui import keys
from grok_tui.ui.panes.pane import ScrollingPane
from grok_tui.ui.widgets.gauges import panel
from grok_tui.ui.widgets.verdict import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.machine import Sample
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View


class MachinePane(ScrollingPane):
    """What is known of the machine, behind a window that scrolls."""

    SECTION = "machine"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("machine")
    DEFAULT_CSS = "MachinePane > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }"

    def __init__(self, samples: Sequence[Sample]) -> None:
        super().__init__()
        self._samples = samples
        self._view: View | None = None

    def compose(self) -> ComposeResult:
        """One widget as tall as there is to say."""
        with VerticalScroll(can_focus=False):
            yield Words("machine-lines")

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Show the machine of this run."""
        self._view = view
        width = self.size.width - 2
        if width < 1:
            return  # nor is there room for a word; a size will come
        lines = [[(" ", 200), *parts] for parts in panel(view, self._samples, width - 1)]
        words = self.query_one(Words)
        words.styles.height = len(lines)
        words.draw(lines, width)

    def on_resize(self) -> None:
        """Break the lines anew."""
        if self._view is not None:
            self.draw(self._view, None)
