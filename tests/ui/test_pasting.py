"""What is pasted steers no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Paste
from textual.widgets import Input

from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.pasting import Pasting

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Field(Pasting):
    """One field."""

    def compose(self) -> ComposeResult:
        """It has the keyboard."""
        yield Input()


async def test_a_field_gets_the_first_line_harmless() -> None:
    app = Field()
    async with app.run_test() as pilot:
        app.post_message(Paste("p=7\x1b]0;owned\x07 \u202ex\nsecond"))
        await pilot.pause()
        assert app.query_one(Input).value == "p=7\ufffd]0;owned\ufffd \ufffdx"
    assert issubclass(GrokTuiApp, Pasting)
