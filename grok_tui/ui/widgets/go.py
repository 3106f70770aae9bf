"""The button that starts a run, where it would train, and how far the start has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widgets import Button, Static

from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Go(Horizontal):
    """Two buttons, which do what keys do, and a line of words."""

    device: reactive[str] = reactive("auto")
    """What the second button says."""
    refused: reactive[bool] = reactive(False)
    """Whether there is nothing that could be started."""

    def __init__(self) -> None:
        super().__init__(id="go")

    def compose(self) -> ComposeResult:
        """Start, device, words."""
        yield Button("Start training (S)", id="start", action="screen.start")
        yield Button("device: auto (d)", id="device", action="screen.device")
        yield Static(id="status", markup=False)

    def watch_device(self, device: str) -> None:
        """Say where."""
        button = self.query_one("#device", Button)
        button.label = f"device: {safe(device, 20)} (d)"
        button.refresh(layout=True)  # a new label alone keeps the width of the old one

    def watch_refused(self, refused: bool) -> None:
        """Show that the button would do nothing."""
        self.query_one("#start").set_class(refused, "-refused")

    def say(self, words: str, *, busy: bool) -> None:
        """Put words beside the button; while a start is on its way there is no other."""
        self.query_one("#status", Static).update(safe(words, 200))
        self.query_one("#start", Button).disabled = busy
        self.query_one("#device").display = not words
