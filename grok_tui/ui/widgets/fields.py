"""Fields that are typed in, none of which holds the keyboard longer than is wanted."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from grok_tui.ui.messages import Searched

LONGEST = 400
"""Characters of a value."""


class ValueField(Input):
    """A text field that ↑ and ↓ leave."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down,enter", "app.focus_next", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(max_length=LONGEST)
        self.cursor_blink = False  # a blinking cursor is traffic


class SearchField(Input):
    """Words to look for, out of sight until they are asked for. Posts `Searched` when left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down,enter", "found", show=False)]

    def __init__(self, field_id: str, hint: str) -> None:
        super().__init__(id=field_id, max_length=LONGEST, placeholder=f"/ {hint}")
        self.cursor_blink = False
        self.display = False

    def action_found(self) -> None:
        """On to what was found."""
        self.post_message(Searched())
