"""What all dialogs have in common: each is answered once, while it is on top."""

from __future__ import annotations

from typing import Generic

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Input


class Dialog(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """A screen over the others that gives a result."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close it with this result; an answer that comes when it is not on top is none.

        Of two keys in one breath (Enter twice, on a slow line) the second would close the screen
        below, and what lies over a dialog would be closed in its place.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Palette(CommandPalette):
    """Every action by name."""

    def on_mount(self) -> None:
        """A blinking cursor is traffic."""
        self.query_one(Input).cursor_blink = False

    def dismiss(self, result: None = None) -> AwaitComplete:
        """As a dialog does."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
