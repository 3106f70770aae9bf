"""What can be taken from a run that is looked at: its configuration, its id, its command."""

from __future__ import annotations

import shlex
from abc import abstractmethod
from typing import TYPE_CHECKING

from textual.screen import Screen

from grok_tui.monitor.text import safe
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
        """Its id into the clipboard; once it is there, the command that runs the same again.

        Where there is no clipboard it can be read in the toast.
        """
        run = self.meant()
        if run is None:
            return
        text = run.id
        if self.app.clipboard == text:
            text = f"grok-tui run {shlex.quote(str(run.config.absolute()))}"
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {safe(text, 300)}", markup=False)
