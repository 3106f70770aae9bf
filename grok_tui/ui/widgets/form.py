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

    from grok_tui.ui.values import Value


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
            yield Static(self._value.expected, classes="hint", markup=False)
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
    """Values, one under the other."""

    def __init__(self, form_id: str, title: str) -> None:
        super().__init__(id=form_id)
        self._rows: dict[Value, ValueRow] = {}
        self.border_title = f" {title} "

    def show(
        self,
        values: Iterable[Value],
        texts: Mapping[str, str],
        changed: Iterable[str],
        faults: Mapping[str, str],
    ) -> None:
        """Show these values, and fill every row."""
        wanted = tuple(values)
        if wanted != tuple(self._rows):
            self._rows = {value: ValueRow(value) for value in wanted}
            self.remove_children()
            self.mount_all(self._rows.values())
        marked = set(changed)
        for value, row in self._rows.items():
            key = value.key
            row.show(texts.get(key, ""), key in marked, faults.get(key, ""))

    def value(self, key: str) -> Value | None:
        """The value of that key that is shown."""
        return next((value for value in self._rows if value.key == key), None)

    def text(self, key: str) -> str:
        """What stands in a field now; empty if there is none."""
        value = self.value(key)
        return "" if value is None else self._rows[value].text

    def enter(self) -> None:
        """Put the keyboard into the first field."""
        next(iter(self._rows.values())).enter()
