"""What stands below the charts: a table with a row for each arm of the run that they show."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from grok_tui.ui.widgets.cells import CellView

if TYPE_CHECKING:
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View


class ArmTable(CellView):
    """The arms of one run, or the groups of several."""

    @abstractmethod
    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Show the arms as they are in this view."""
