"""The key bar on a screen: the keys of what has the focus; help stays when there is little room."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.widget import Widget

from grok_tui.ui import keys
from grok_tui.ui.widgets.keybar import KeyBar
from tests.ui.looking import on_screen, settled

if TYPE_CHECKING:
    import pytest

TABLE = (
    keys.Key("one.a", "a", "", "Alpha", "", True),
    keys.Key("one.b", "b", "", "Beta", "", True),
    keys.Key("one.c", "c", "", "Gamma", "", True),
    keys.Key("one.d", "d", "", "Delta", "", True),
    keys.Key("two.e", "e", "", "Epsilon", "", True),
    keys.Key("two.f", "f", "", "Hidden", ""),
    keys.Key("everywhere.x", "x", "app.press", "Leave", "", True),
    keys.Key("everywhere.help", "question_mark", "", "Help", "", True),
)


class Part(Widget, can_focus=True):
    SECTION: ClassVar[str]
    DEFAULT_CSS = "Part { height: 1; }"


class One(Part):
    SECTION = "one"


class Two(Part):
    SECTION = "two"


class Bar(App[None]):
    pressed = 0

    def compose(self) -> ComposeResult:
        yield One()
        yield Two()
        yield KeyBar()

    def on_key(self) -> None:
        self.pressed += 1


async def test_it_shows_the_keys_of_what_has_the_focus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "TABLE", TABLE)
    app = Bar()
    async with app.run_test(size=(60, 5)) as pilot:
        app.screen.set_focus(app.query_one(One))
        await settled(pilot)
        assert on_screen(pilot).splitlines()[-1].split() == [
            *("a", "Alpha", "b", "Beta", "c", "Gamma", "x", "Leave", "?", "Help")
        ]
        app.screen.set_focus(app.query_one(Two))
        await settled(pilot)
        assert on_screen(pilot).splitlines()[-1].split()[:2] == ["e", "Epsilon"]
        app.query_one(KeyBar).leave_out("two.e")
        await settled(pilot)
        assert on_screen(pilot).splitlines()[-1].split() == ["x", "Leave", "?", "Help"]
        await pilot.click(KeyBar, offset=(2, 0))
        await settled(pilot)
        assert app.pressed == 1


async def test_help_stays_where_there_is_little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "TABLE", TABLE)
    app = Bar()
    async with app.run_test(size=(20, 5)) as pilot:
        app.screen.set_focus(app.query_one(One))
        await settled(pilot)
        assert on_screen(pilot).splitlines()[-1].split() == ["a", "Alpha", "?", "Help"]
