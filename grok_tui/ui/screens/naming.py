"""Asking for the name of a preset of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.widgets import Input, Static

from grok_tui.errors import PresetError
from grok_tui.monitor.text import safe
from grok_tui.protocol import own
from grok_tui.ui.keys import bindings
from grok_tui.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

QUESTION = "Save this experiment as a preset of your own, called"


class Naming(Dialog[str]):
    """Gives a name that can be one, confirmed if something would be replaced; None for no."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("naming")
    AUTO_FOCUS = "#name"

    def __init__(self, name: str) -> None:
        super().__init__(name="naming")
        self._first = name
        self._warned = ""

    def compose(self) -> ComposeResult:
        """A question, a field, and what stands in the way."""
        with Vertical(id="box"):
            yield Static(QUESTION, id="question", markup=False)
            field = Input(self._first, id="name", max_length=60)
            field.cursor_blink = False
            yield field
            yield Static("Enter saves it, Esc leaves it", id="obstacle", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the name; one that is taken already is entered twice."""
        event.stop()
        name = event.value.strip()
        try:
            own.check_name(name)
            obstacle = own.in_the_way(name)
        except PresetError as error:
            self._say(error.problem, wrong=True)
            return
        if obstacle and self._warned != name:
            self._warned = name
            self._say(f"{obstacle} Enter again does it.", wrong=True)
        else:
            self.dismiss(name)

    def _say(self, sentence: str, *, wrong: bool) -> None:
        line = self.query_one("#obstacle", Static)
        line.set_class(wrong, "-wrong")
        line.update(safe(sentence, 300))

    def action_close(self) -> None:
        """Save nothing."""
        self.dismiss(None)
