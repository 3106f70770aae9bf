"""What every pane of the live screen is: a widget with the focus, keys of its own, and a view."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical, VerticalScroll

if TYPE_CHECKING:
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View


class Pane(Vertical, can_focus=True):
    """One page of the live screen. It has the focus while it is shown, so its keys come first."""

    SECTION: ClassVar[str]
    """Its part of the key table, and its name."""
    DEFAULT_CSS = "Pane { height: 1fr; }"
    ALLOW_SELECT = False

    @abstractmethod
    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Show this view of the run: called while the pane is shown, and when it comes up."""

    def out(self) -> bool:
        """Go one layer out within the pane; False if there is none."""
        return False


class ScrollingPane(Pane):
    """A pane with one window on more lines than there is room for."""

    @property
    def window(self) -> VerticalScroll:
        """What scrolls."""
        return self.query_one(VerticalScroll)

    def action_scroll(self, by: int) -> None:
        """So many lines down, or up."""
        self.window.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """A window's height down, or up, but for a line."""
        self.action_scroll(by * max(1, self.window.size.height - 1))
