"""Asking for a line of text or two, with what is wrong with it said below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.widgets import Input, Static

from grok_tui.errors import GrokTuiError
from grok_tui.monitor.text import safe
from grok_tui.ui.keys import bindings
from grok_tui.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


@dataclass(frozen=True)
class Question:
    """One line that is asked for."""

    label: str
    check: Callable[[str], object]
    """Raises one of our errors for a text that will not do."""
    text: str = ""
    """What the field holds at first."""


class Ask(Dialog[list[str]]):
    """Gives the texts, each of which passed its check; None for no."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("ask")
    AUTO_FOCUS = "Input"

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__(name="ask")
        self._questions = questions

    def compose(self) -> ComposeResult:
        """A label and a field for each question, and what is wrong."""
        with Vertical(id="box"):
            for question in self._questions:
                yield Static(question.label, classes="asked", markup=False)
                field = Input(question.text, max_length=100)
                field.cursor_blink = False
                yield field
            on = ", Tab the next field" if len(self._questions) > 1 else ""
            yield Static(f"Enter takes it{on}, Esc leaves it", id="obstacle")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take all of it if all of it will do; else go to the field that will not."""
        event.stop()
        fields = list(self.query(Input))
        found = [_problem(one, field) for one, field in zip(self._questions, fields, strict=True)]
        wrong = next((field for field, problem in zip(fields, found, strict=True) if problem), None)
        if wrong is None:
            self.dismiss([field.value for field in fields])
            return
        line = self.query_one("#obstacle", Static)
        line.set_class(True, "-wrong")
        line.update(safe(next(filter(None, found)), 300))
        wrong.focus()

    def action_close(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)


def _problem(question: Question, field: Input) -> str:
    """What is wrong with what stands in a field; empty if nothing is."""
    try:
        question.check(field.value)
    except GrokTuiError as error:
        return str(error)
    return ""
