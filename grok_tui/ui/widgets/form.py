"""A form of one-line values: label, field, what is expected, and the fault under the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from grok_tui.monitor.text import safe
from grok_tui.ui.messages import ValueEdited

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.ui.draft import Value


class ValueField(Input):
    """A text field that ↑ and ↓ leave."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down,enter", "app.focus_next", show=False),
    ]


class ValueRow(Vertical):
    """One value. Posts `ValueEdited` when it is changed by hand."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self._value = value
        self._field = ValueField(max_length=200)
        self._field.cursor_blink = False  # a blinking cursor is traffic
        self._problem = Static(classes="problem", markup=False)

    def compose(self) -> ComposeResult:
        """Label, field and hint in a row; the fault below."""
        with Horizontal(classes="row"):
            yield Static(self._value.label, classes="label", markup=False)
            yield self._field
            yield Static(self._value.expected(), classes="hint", markup=False)
        yield self._problem

    def show(self, text: str, changed: bool, problem: str) -> None:
        """Put this text in, mark it as changed or not, and say what is wrong with it."""
        if self._field.value != text:
            with self._field.prevent(Input.Changed):
                self._field.value = text
        self.set_class(changed, "-changed")
        self.set_class(bool(problem), "-wrong")
        self._problem.update(Content(safe(problem)))

    @property
    def text(self) -> str:
        """What stands in the field now."""
        return self._field.value

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what was typed."""
        event.stop()
        self.post_message(ValueEdited(self._value.key, event.value))

    def enter(self) -> None:
        """Put the keyboard into the field."""
        self.screen.set_focus(self._field)  # at once: the next key may be waiting


class Form(Vertical):
    """The usual values, one under the other."""

    def __init__(self, values: Iterable[Value]) -> None:
        super().__init__(id="form")
        self._rows = {value.key: ValueRow(value) for value in values}
        self.border_title = " values "

    def compose(self) -> ComposeResult:
        """A row for each value."""
        yield from self._rows.values()

    def show(
        self, texts: Mapping[str, str], changed: Iterable[str], faults: Mapping[str, str]
    ) -> None:
        """Fill every row."""
        marked = set(changed)
        for key, row in self._rows.items():
            row.show(texts.get(key, ""), key in marked, faults.get(key, ""))

    def text(self, key: str) -> str:
        """What stands in a field now."""
        return self._rows[key].text

    def enter(self) -> None:
        """Put the keyboard into the first field."""
        next(iter(self._rows.values())).enter()
