"""What a terminal pastes, made harmless before anybody has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.events import Paste

from grok_tui.monitor.text import tamed

if TYPE_CHECKING:
    from textual.events import Event


class Pasting(App[None]):
    """An application whose fields may paint what they hold: what is pasted steers nothing."""

    async def on_event(self, event: Event) -> None:
        """Pass it on."""
        if isinstance(event, Paste):
            event.text = tamed(event.text)
        await super().on_event(event)
