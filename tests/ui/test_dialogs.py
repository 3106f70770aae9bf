"""Dialogs: one that is answered twice in one breath, or while something lies over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.command import CommandList
from textual.widgets import Button, Input

from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.screens.ask import Ask, Question
from grok_tui.ui.screens.confirm import Confirm
from grok_tui.ui.screens.dialog import Palette
from tests.ui.looking import settled

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.ui.services import Services

SIZE = (80, 24)


@pytest.fixture
def app(runs: Path, services: Services) -> GrokTuiApp:
    return GrokTuiApp(runs, services=services)


def layers(app: GrokTuiApp) -> list[str | None]:
    return [screen.name for screen in app.screen_stack]


def taken(dialog: Confirm | Ask) -> None:
    """Enter, twice, before anything comes of it."""
    for _ in range(2):
        if isinstance(dialog, Confirm):
            dialog.query_one("#yes", Button).press()
        else:
            dialog.query_one(Input).post_message(Input.Submitted(dialog.query_one(Input), "5"))


async def test_an_answer_that_comes_twice_counts_once(app: GrokTuiApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        answers: list[object] = []
        app.action_runs()
        for dialog in (Confirm("Stop it?", "Stop"), Ask([Question("step", int)])):
            await app.push_screen(dialog, answers.append)
            if isinstance(dialog, Ask):
                dialog.query_one(Input).value = "5"
            taken(dialog)
            await settled(pilot)
            assert layers(app) == ["launcher", "runs"]
        assert answers == [True, ["5"]]


async def test_what_lies_over_a_question_is_not_closed_in_its_place(app: GrokTuiApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        answers: list[object] = []
        question = Confirm("Stop it?", "Stop")
        await app.push_screen(question, answers.append)
        await pilot.press("ctrl+p")
        question.query_one("#yes", Button).press()
        await settled(pilot)
        assert isinstance(app.screen, Palette)
        assert answers == []
        await pilot.press("escape", "n")
        await settled(pilot)
        assert layers(app) == ["launcher"]
        assert answers == [False]


async def test_the_palette_finds_names_before_sentences_and_shows_what_it_would_take(
    app: GrokTuiApp,
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p", *"the", "down")
        await pilot.pause(0.3)
        found = app.screen.query_one(CommandList)
        assert str(found.get_option_at_index(0).prompt).startswith("Theme (T)")
        taken = found.get_visual_style("option-list--option-highlighted")
        other = found.get_visual_style("option-list--option")
        assert taken.background != other.background
        assert not app.screen.query_one(Input).cursor_blink  # nothing is sent meanwhile


async def test_an_entry_of_the_palette_that_is_taken_twice_is_done_once(app: GrokTuiApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        app.action_runs()
        await settled(pilot)
        await pilot.press("ctrl+p", *"dark or")
        await pilot.pause(0.3)
        await pilot.press("down")
        found = app.screen.query_one(CommandList)
        found.action_select()
        found.action_select()
        await settled(pilot)
        assert layers(app) == ["launcher", "runs"]
        assert app.theme == "grok-light"
