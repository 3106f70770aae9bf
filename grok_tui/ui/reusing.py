"""What can be taken from a run that is looked at: its configuration for a new one, and its id."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from textual.screen import Screen

from grok_tui.ui.messages import CloneRun, EditRun

if TYPE_CHECKING:
    from grok_tui.protocol.rundir import RunDir


class Reusing(Screen[None]):
    """A screen on which one run is meant."""

    @abstractmethod
    def meant(self) -> RunDir | None:
        """The run; None where there is none."""

    def action_clone(self) -> None:
        """Fill the launcher from it."""
        run = self.meant()
        if run is not None:
            self.post_message(CloneRun(run))

    def action_edit(self) -> None:
        """The same, and open the editor."""
        run = self.meant()
        if run is not None:
            self.post_message(EditRun(run))

    def action_copy(self) -> None:
        """Its id into the clipboard; where there is none it can be read in the toast."""
        run = self.meant()
        if run is not None:
            self.app.copy_to_clipboard(run.id)
            self.notify(f"Copied {run.id}", markup=False)
