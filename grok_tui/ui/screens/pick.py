"""A short list over the screen, of which one line is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical

from grok_tui.ui.keys import bindings
from grok_tui.ui.screens.dialog import Dialog
from grok_tui.ui.widgets.pickers import Item, Picker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.ui.messages import Chosen


class Pick(Dialog[str]):
    """Gives the name of the line that was taken; None if none was."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("pick")
    AUTO_FOCUS = "#choice"

    def __init__(self, title: str, items: Sequence[Item], picked: str = "") -> None:
        super().__init__(name="pick")
        self._list = Picker("choice", title)
        self._items = items
        self._picked = picked

    def compose(self) -> ComposeResult:
        """The list alone."""
        with Vertical(id="box"):
            yield self._list

    def on_mount(self) -> None:
        """The cursor begins at what is picked."""
        self._list.fill(self._items)
        self._list.pick(self._picked)
        names = [item.name for item in self._items]
        self._list.highlighted = names.index(self._picked) if self._picked in names else 0

    def on_chosen(self, message: Chosen) -> None:
        """Enter, space or a click on a line."""
        message.stop()
        self.dismiss(message.name)

    def action_close(self) -> None:
        """Take none."""
        self.dismiss(None)
