"""What differs between runs, on a sheet over the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical

from grok_tui.ui.keys import bindings
from grok_tui.ui.screens.dialog import Dialog
from grok_tui.ui.widgets.diff import DiffView

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.compared import Comparison


class DiffSheet(Dialog[None]):
    """The keys that differ, a column for each run."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("diff")
    AUTO_FOCUS = "DiffView"
    DEFAULT_CSS = """
    #differing {
        width: 100%;
        max-width: 140;
        height: auto;
        max-height: 100%;
        border: solid $rule;
        background: $background;
    }
    #differing > DiffView { width: 1fr; height: auto; max-height: 100%; }
    """

    def __init__(self, found: Comparison) -> None:
        super().__init__(name="diff")
        self._found = found

    def compose(self) -> ComposeResult:
        """One sheet."""
        with Vertical(id="differing") as sheet:
            sheet.border_title = "what differs"
            sheet.border_subtitle = "Esc closes"
            yield DiffView()

    def on_mount(self) -> None:
        """Write it once there is a width."""
        self.call_after_refresh(self.query_one(DiffView).take, self._found)

    def action_scroll(self, by: int) -> None:
        """So many lines down, or up."""
        self.query_one(DiffView).scroll_relative(y=by, animate=False)

    def action_close(self) -> None:
        """Back to the runs."""
        self.dismiss()
