"""A form of one-line values: label, field, what is expected, and the fault under the field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from grok_tui.monitor.text import safe, tamed
from grok_tui.ui.messages import Explained, ValueEdited
from grok_tui.ui.widgets.fields import ValueField

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from textual.app import ComposeResult

    from grok_tui.ui.values import Value


ALWAYS = ("values", "model")
"""The forms that are never folded away."""


class ValueRow(Vertical):
    """One value. Posts `ValueEdited` when it is changed by hand."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self._value = value
        self._label = Static(f"  {value.label}", classes="label", markup=False)
        self._field = ValueField()
        self._problem: Static | None = None

    def compose(self) -> ComposeResult:
        """Label, field and hint in a row; a fault comes below."""
        with Horizontal(classes="row"):
            yield self._label
            yield self._field
            yield Static(self._value.expected, classes="hint", markup=False)

    def show(self, text: str, changed: bool, problem: str) -> None:
        """Put this text in, mark it as changed or not, and say what is wrong with it."""
        text = tamed(text)
        if self._field.value != text:
            with self._field.prevent(Input.Changed):
                self._field.value = text
        self.set_class(changed, "-changed")
        self.set_class(bool(problem), "-wrong")
        mark = "!" if problem else "*" if changed else " "
        self._label.update(f"{mark} {self._value.label}")
        if self._problem is None and problem:
            self._problem = Static(classes="problem", markup=False)
            self.mount(self._problem)
        if self._problem is not None:
            self._problem.update(Content(safe(problem)))

    @property
    def text(self) -> str:
        """What stands in the field now."""
        return self._field.value

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what was typed."""
        event.stop()
        self.post_message(ValueEdited(self._value.key, event.value))

    def on_descendant_focus(self) -> None:
        """The value is explained while it has the keyboard."""
        self.post_message(Explained(self._value.explained))

    def enter(self) -> None:
        """Put the keyboard into the field."""
        self.screen.set_focus(self._field)  # at once: the next key may be waiting


class Form(Vertical):
    """Values, one under the other."""

    def __init__(self, name: str) -> None:
        super().__init__(id=f"{name.replace(' ', '-')}-form")
        self._rows: dict[Value, ValueRow] = {}
        self._awaited = False
        self.form = name
        self.border_title = f" {name} "

    def show(self, filling: Filling) -> None:
        """Show the values of this form, and fill every row."""
        wanted = tuple(value for value in filling.values if value.form == self.form)
        if wanted != tuple(self._rows):
            self._rows = {value: ValueRow(value) for value in wanted}
            self.remove_children()
            self.mount_all(self._rows.values())
        for value, row in self._rows.items():
            key = value.key
            text = filling.texts.get(key, "")
            row.show(text, key in filling.changed, filling.faults.get(key, ""))
        if self._awaited and self._rows:
            self.enter()

    def value(self, key: str) -> Value | None:
        """The value of that key that is shown."""
        return next((value for value in self._rows if value.key == key), None)

    def text(self, key: str) -> str:
        """What stands in a field now; empty if there is none."""
        value = self.value(key)
        return "" if value is None else self._rows[value].text

    def enter(self) -> None:
        """Put the keyboard into the first field, as soon as there is one."""
        self._awaited = not self._rows
        for row in list(self._rows.values())[:1]:
            row.enter()


@dataclass(frozen=True)
class Filling:
    """What stands in forms."""

    values: Sequence[Value] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    """By key, as the others."""
    changed: Collection[str] = ()
    faults: Mapping[str, str] = field(default_factory=dict)


class Forms(Vertical):
    """All values of an experiment: those that are changed often, and on demand all others."""

    def __init__(self) -> None:
        super().__init__(id="forms")
        self._filling = Filling()
        self._more = Static(id="more", markup=False)

    def compose(self) -> ComposeResult:
        """Those that are always there, and a line about the others."""
        yield from map(Form, ALWAYS)
        yield self._more

    @property
    def unfolded(self) -> bool:
        """Whether all values are shown."""
        return len(self._all) > len(ALWAYS)

    @property
    def _all(self) -> list[Form]:
        return list(self.query(Form))

    def show(self, filling: Filling) -> None:
        """Show these values as far as they are unfolded, and what is wrong with them."""
        self._filling = filling
        for form in self._all:
            form.show(filling)
        self._tell()

    async def fold(self, *, away: bool) -> None:
        """Show the values that are changed often only, or all."""
        if away:
            for form in self._all[len(ALWAYS) :]:
                await form.remove()
        elif not self.unfolded:
            names = dict.fromkeys(value.form for value in self._filling.values)
            await self.mount_all([Form(name) for name in names if name not in ALWAYS])
        self.show(self._filling)

    def _tell(self) -> None:
        """Say what is folded, and how much of it was changed."""
        folded = [value for value in self._filling.values if value.form not in ALWAYS]
        changed = sum(value.key in self._filling.changed for value in folded)
        names = ", ".join(dict.fromkeys(value.form for value in folded))
        some = f", {changed} changed" if changed else ""
        line = f"V shows {len(folded)} more values{some}: {names}"
        self._more.update("V folds these away" if self.unfolded else line)

    def value(self, key: str) -> Value | None:
        """The value of that key, if it is shown."""
        return next((value for form in self._all if (value := form.value(key))), None)

    def text(self, key: str) -> str:
        """What stands in its field now; empty if there is none."""
        return next((form.text(key) for form in self._all if form.value(key)), "")

    def enter(self, number: int = 0) -> None:
        """Put the keyboard into the first field of a form."""
        self._all[number].enter()
