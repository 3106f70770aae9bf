"""The list of runs: what it shows, what its keys do, and that its cursor stays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import DataTable

import grok_tui.ui.app
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.messages import OpenRun
from grok_tui.ui.screens.runs import Runs
from tests import fakes
from tests.ui.looking import notices, on_screen, settled, written

if TYPE_CHECKING:
    from textual.pilot import Pilot
    from textual.screen import Screen

    from grok_tui.ui.services import Services
    from tests.ui.trainers import Compare, States, Trainers

pytestmark = pytest.mark.usefixtures("gallery")
SMALL, LARGE = (80, 24), (160, 48)


class ListApp(GrokTuiApp):
    """The application with the list at the bottom: quicker than by way of the launcher."""

    CSS_PATH = str(Path(grok_tui.ui.app.__file__).with_name("app.tcss"))

    def get_default_screen(self) -> Screen[None]:
        return self._list()


@pytest.fixture
def app(runs: Path, services: Services) -> GrokTuiApp:
    return ListApp(runs, services=services)


async def open_list(pilot: Pilot[None]) -> Runs:
    assert isinstance(pilot.app.screen, Runs)
    while written(pilot, "#head") == "runs":
        await pilot.pause(0.01)
    await settled(pilot)
    return pilot.app.screen


async def test_every_state_has_its_glyph_and_word(
    app: GrokTuiApp, a_run_of_each_state: States
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        text = on_screen(pilot)
        head = written(pilot, "#head")
    for shown in ("▶ running", "◌ starting", "‖ paused", "✓ finished", "■ stopped", "✗ failed"):
        assert shown in text
    assert "! interrupted" in text
    assert "1 h" in text
    assert head == "runs  7 runs, 3 training in runs"


async def test_an_empty_folder_says_what_to_do_next(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        text = on_screen(pilot)
        await pilot.press("enter", "K", "P", "R")
        await settled(pilot)
        assert notices(pilot)[0] == "Nothing to stop: there is no run."
    assert "No runs yet." in text
    assert "^n" in text
    assert "grok-tui run quickstart" in text


async def test_enter_opens_the_run_under_the_cursor(
    app: GrokTuiApp, a_run_of_each_state: States
) -> None:
    seen: list[object] = []
    async with app.run_test(size=SMALL, message_hook=seen.append) as pilot:
        await open_list(pilot)
        await pilot.press("j", "j", "k", "down", "down", "enter")
        await pilot.pause()
        assert app.screen.name == "live"
    opened = {message.run.id for message in seen if isinstance(message, OpenRun)}
    assert opened == {a_run_of_each_state["finished"].id}


async def test_stopping_asks_first_and_names_the_run(
    app: GrokTuiApp, a_run_of_each_state: States, trainers: Trainers
) -> None:
    run = a_run_of_each_state["running"]
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("K")
        await pilot.pause()
        assert run.id in written(pilot, "#question")
        await pilot.press("n")
        await settled(pilot)
        assert trainers.sent == []
        await pilot.press("K", "y")
        await settled(pilot)
    assert trainers.sent == [(run.id, "stop")]


async def test_pause_and_continue_are_one_key(
    app: GrokTuiApp, a_run_of_each_state: States, trainers: Trainers
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("P", "down", "down", "P")
        await settled(pilot)
    running, paused = (a_run_of_each_state[state].id for state in ("running", "paused"))
    assert trainers.sent == [(running, "pause"), (paused, "continue")]


async def test_runs_that_ended_early_are_resumed(
    app: GrokTuiApp, a_run_of_each_state: States, trainers: Trainers
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("end", "R", "up", "R", "up", "R")
        await settled(pilot)
    early = ("interrupted", "failed", "stopped")
    assert trainers.resumed == [a_run_of_each_state[state].id for state in early]


async def test_what_a_run_is_not_in_the_state_for_is_refused_in_words(
    app: GrokTuiApp, a_run_of_each_state: States, trainers: Trainers
) -> None:
    run = a_run_of_each_state["finished"]
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("down", "down", "down", "K", "P", "R")
        await settled(pilot)
        said = notices(pilot)
    assert said == [
        f"Nothing to {verb}: {run.id} has finished." for verb in ("stop", "pause", "resume")
    ]
    assert not trainers.sent
    assert not trainers.resumed


async def test_a_command_that_cannot_be_sent_is_said(
    app: GrokTuiApp, a_run_of_each_state: States, trainers: Trainers
) -> None:
    trainers.refusal = "cannot send pause: permission denied"
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("P")
        await settled(pilot)
        assert notices(pilot) == [trainers.refusal]


async def test_the_cursor_stays_on_its_run_when_runs_come(
    app: GrokTuiApp, a_run_of_each_state: States, runs: Path
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("down", "down")
        before = written(pilot, "#which")
        fakes.recorded_run(runs, "finished", run_id="20261121-110000-later-zzzz")
        await pilot.press("r")
        await settled(pilot)
        assert written(pilot, "#which") == before
        assert app.screen.query_one(DataTable).cursor_row == 3


async def test_a_row_changes_in_place_when_its_run_does(
    app: GrokTuiApp, a_run_of_each_state: States
) -> None:
    run = a_run_of_each_state["running"]
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        fakes.append(run, [fakes.finished(fakes.run_events(fakes.config(), last=600, ended=False))])
        fakes.let_go(run)
        await pilot.press("r")
        await settled(pilot)
        assert "▶ running" not in on_screen(pilot)


async def test_what_is_hostile_or_damaged_is_listed_and_steers_nothing(
    app: GrokTuiApp, runs: Path
) -> None:
    fakes.hostile_run(runs)
    fakes.recorded_run(runs, "empty", run_id="20261121-100000-empty-eeee")
    async with app.run_test(size=LARGE) as pilot:
        await open_list(pilot)
        text = on_screen(pilot)
    assert "its config.toml cannot be read" in text
    assert "20261121-100000-empty-eeee" in text
    assert not {"\x1b", "\x07", "\u202e", "\u009b"} & set(text)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x48"])
def test_snapshot_of_every_state(
    app: GrokTuiApp, snap_compare: Compare, a_run_of_each_state: States, size: tuple[int, int]
) -> None:
    assert snap_compare(app, terminal_size=size, run_before=open_list)


def test_snapshot_of_an_empty_folder(app: GrokTuiApp, snap_compare: Compare) -> None:
    assert snap_compare(app, terminal_size=SMALL, run_before=open_list)


def test_snapshot_of_a_question(
    app: GrokTuiApp, snap_compare: Compare, a_run_of_each_state: States
) -> None:
    async def ask(pilot: Pilot[None]) -> None:
        await open_list(pilot)
        await pilot.press("K")
        await pilot.pause()

    assert snap_compare(app, terminal_size=SMALL, run_before=ask)
