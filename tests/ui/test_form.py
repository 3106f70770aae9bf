"""Forms: what becomes of a wish to type before there is anything to type into."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input

from grok_tui.ui.values import values
from grok_tui.ui.widgets.form import ALWAYS, Filling, Form
from tests import fakes


class Alone(App[None]):
    """One form."""

    def compose(self) -> ComposeResult:
        """The first of those that are always there."""
        yield Form(ALWAYS[0])


async def test_the_keyboard_goes_to_the_first_field_once_it_is_there() -> None:
    app = Alone()
    async with app.run_test() as pilot:
        form = app.query_one(Form)
        form.enter()
        assert not isinstance(app.focused, Input)
        form.show(Filling(values(fakes.config())))
        await pilot.pause()
        assert isinstance(app.focused, Input)
        assert app.focused is app.query(Input).first()


async def test_a_field_shows_a_value_that_steers_a_terminal_as_harmless() -> None:
    app = Alone()
    async with app.run_test() as pilot:
        form = app.query_one(Form)
        offered = values(fakes.config())
        first = next(value for value in offered if value.form == form.form)
        form.show(Filling(offered, {first.key: "a\x1b]0;owned\x07\u202eb"}))
        await pilot.pause()
        assert form.text(first.key) == "a\ufffd]0;owned\ufffd\ufffdb"
