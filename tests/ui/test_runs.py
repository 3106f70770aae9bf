"""The list of runs: what it shows, what its keys do, and that its cursor stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import grok_tui.ui.app
from grok_tui.monitor import catalog, listing
from grok_tui.protocol.rundir import RunDir
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.messages import CloneRun, EditRun, OpenRun
from grok_tui.ui.screens.runs import Runs
from grok_tui.ui.widgets.fields import SearchField
from grok_tui.ui.widgets.rowtable import HEAD
from grok_tui.ui.widgets.runtable import _widths
from grok_tui.ui.widgets.states import GLYPHS
from tests import fakes
from tests.ui.looking import notices, on_screen, settled, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.pilot import Pilot
    from textual.screen import Screen

    from grok_tui.monitor.catalog import Summary
    from grok_tui.ui.services import Services
    from tests.ui.trainers import Compare, States, Trainers

pytestmark = pytest.mark.usefixtures("gallery")
SMALL, LARGE = (80, 24), (160, 48)
FIRST_ROW = 2


class ListApp(GrokTuiApp):
    """The application with the list at the bottom: quicker than by way of the launcher."""

    CSS_PATH = str(Path(grok_tui.ui.app.__file__).with_name("app.tcss"))

    def get_default_screen(self) -> Screen[None]:
        return self.make.runs()


@pytest.fixture
def app(runs: Path, services: Services) -> GrokTuiApp:
    return ListApp(runs, services=services)


async def open_list(pilot: Pilot[None]) -> Runs:
    assert isinstance(pilot.app.screen, Runs)
    while written(pilot, "#head") == "runs":
        await pilot.pause(0.01)
    await settled(pilot)
    return pilot.app.screen


def cursor_row(pilot: Pilot[None]) -> int:
    """The row of the table that the cursor is on."""
    lines = on_screen(pilot).splitlines()
    return next(index for index, line in enumerate(lines) if "▸" in line) - FIRST_ROW


def shown(pilot: Pilot[None]) -> list[str]:
    """The states of the runs in the table, from top to bottom."""
    lines = [line[4:].split() for line in on_screen(pilot).splitlines()[FIRST_ROW:]]
    return [words[1] for words in lines if len(words) > 1 and words[0] in GLYPHS.values()]


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


async def test_a_run_is_forked_into_the_same_folder_once_that_is_confirmed(
    app: GrokTuiApp, a_run_of_each_state: States, trainers: Trainers, runs: Path
) -> None:
    run = a_run_of_each_state["running"]
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("F", "n", "F")
        await settled(pilot)
        assert f"Fork {run.id}?" in written(pilot, "#question")
        assert trainers.forked == []
        await pilot.press("y")
        await settled(pilot)
        assert notices(pilot)[-1] == f"A new run begins as {run.id} was at its latest checkpoint."
    assert trainers.forked == [(run.id, runs)]


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
        assert cursor_row(pilot) == 3


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
    assert " empty " in text
    assert not {"\x1b", "\x07", "\u202e", "\u009b"} & set(text)


async def test_a_filter_chooses_as_it_is_typed_and_stays_in_sight(
    app: GrokTuiApp, a_run_of_each_state: States
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("down", "down", "down")  # the finished run
        await pilot.press("slash", *"state=finished")
        assert shown(pilot) == ["finished"]
        await pilot.press("space", "o", "r")
        assert shown(pilot) == ["finished"]  # until it can be understood
        assert written(pilot, "#obstacle") == "a filter needs something before and after “or”"
        await pilot.press("space", *"state=alive", "enter")
        assert shown(pilot) == ["running", "starting", "paused", "finished"]
        assert written(pilot, "#head") == "runs  7 runs, 3 training, 4 shown in runs"
        assert not app.screen.query_one("#obstacle").display
        field = app.screen.query_one(SearchField)
        assert (field.display, field.has_focus) == (True, False)
        assert a_run_of_each_state["finished"].id in written(pilot, "#which")
        await pilot.press("escape")
        assert not field.display
        assert len(shown(pilot)) == 7
        assert cursor_row(pilot) == 3
        await pilot.press("slash", *"nowhere", "enter")
        assert "no run is what the filter asks for" in on_screen(pilot)
        await pilot.press("D", "c", "delete", "escape")
        assert cursor_row(pilot) == 3


async def test_columns_are_sorted_by_keys(app: GrokTuiApp, a_run_of_each_state: States) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        newest_first = shown(pilot)
        await pilot.press("o")
        assert shown(pilot) == newest_first[::-1]
        assert "↓age" in on_screen(pilot)
        await pilot.press("comma")
        assert shown(pilot) == sorted(newest_first)
        await pilot.press("o")
        assert shown(pilot) == sorted(newest_first)[::-1]
        await pilot.press("comma")  # round to the last column
        assert "↑tau" in on_screen(pilot)
        assert shown(pilot)[:2] == ["finished", "running"]


async def test_marked_runs_are_compared_and_told_apart(
    app: GrokTuiApp, a_run_of_each_state: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(GrokTuiApp, "on_open_compare", lambda _, message: seen.append(message.runs))
    running, paused = a_run_of_each_state["running"], a_run_of_each_state["paused"]
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("3", "D")
        await settled(pilot)
        assert "Mark two runs or more" in notices(pilot)[0]
        await pilot.press("space", "down", "down", "space", "3")
        assert written(pilot, "#head") == "runs  7 runs, 3 training, 2 marked in runs"
        assert on_screen(pilot).count("●") == 2
        await settled(pilot)
        await pilot.press("D")
        await settled(pilot)
        assert "no difference but in words and probes" in on_screen(pilot)
        await pilot.press("escape", "delete", "escape")
        await settled(pilot)
        assert "is marked" in notices(pilot)[-1] or "is paused" in notices(pilot)[-1]
        assert "●" not in on_screen(pilot)
    assert seen == [[running], [running, paused]]


async def test_a_run_is_cloned_edited_and_its_id_copied(
    app: GrokTuiApp, a_run_of_each_state: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    for kind in (CloneRun, EditRun):
        name = "on_clone_run" if kind is CloneRun else "on_edit_run"
        monkeypatch.setattr(GrokTuiApp, name, lambda _, message: seen.append(message))
    run = a_run_of_each_state["running"]
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("c", "E", "Y")
        await settled(pilot)
        assert app.clipboard == run.id
        assert notices(pilot) == [f"Copied {run.id}"]
    assert seen == [CloneRun(run), EditRun(run)]


async def test_archiving_asks_moves_the_folder_and_says_how_to_bring_it_back(
    app: GrokTuiApp, a_run_of_each_state: States, runs: Path
) -> None:
    run = a_run_of_each_state["finished"]
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await pilot.press("delete")
        assert "is running" in notices(pilot)[-1]
        await pilot.press("down", "down", "down", "space", "delete")
        assert notices(pilot)[-1] == f"{run.id} is marked: Space takes the mark away."
        await pilot.press("space", "delete")
        await pilot.pause()
        assert run.id in written(pilot, "#question")
        await pilot.press("y")
        await settled(pilot)
        back = f"`mv runs/.archive/{run.id} runs` brings it back."
        assert notices(pilot)[-1] == f"Archived {run.id}. {back}"
        assert "finished" not in shown(pilot)
        assert cursor_row(pilot) == 3
    assert (runs / ".archive" / run.id / "events.jsonl").is_file()


@pytest.mark.parametrize("size", [(20, 3), (20, 6), (1, 1), (400, 120)])
async def test_no_size_is_too_small_or_too_large(
    app: GrokTuiApp, a_run_of_each_state: States, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size) as pilot:
        await open_list(pilot)
        await pilot.press("slash", *"x=", "enter", "down", "space", "o")
        await pilot.resize_terminal(80, 24)
        await pilot.press("escape")
        await settled(pilot)
        assert len(shown(pilot)) == 7


@pytest.mark.parametrize("width", [1, 5, 12, 20, 37, 40, 60, 80, 120, 160, 400])
def test_columns_fit_whatever_the_width(width: int) -> None:
    found = _widths(width - HEAD)
    assert ("title" in found) == (width != 5)
    assert sum(found.values()) + len(found) - 1 <= max(width, 12)
    assert ("t_gen" in found, "tau" in found) == (width >= 20, width >= 80)
    assert ("best" in found, "kept" in found, "run" in found) == (
        width >= 120, width >= 120, width == 400,
    )  # fmt: skip


class Many:
    """A folder of thousands of runs."""

    def __init__(self, one: Summary) -> None:
        self._found = [
            replace(one, run=RunDir(Path(f"20261121-{number:06d}-many-aaaa")), started_at=number)
            for number in reversed(range(5000))
        ]

    def look(self) -> Iterator[tuple[list[Summary], bool]]:
        yield self._found[:60], False
        yield self._found, True


async def test_thousands_of_runs_are_drawn_a_screen_at_a_time(
    runs: Path, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = catalog.summary(fakes.recorded_run(runs, "stopped", last=50))
    drawn: list[str] = []

    def counted(one: Summary, name: str, now: float, *, plain: bool) -> str:
        drawn.append(name)
        return listing.cell(one, name, now, plain=plain)

    monkeypatch.setattr("grok_tui.ui.widgets.runtable.cell", counted)
    app = ListApp(runs, services=replace(services, catalog=lambda _: Many(one)))  # type: ignore[arg-type, return-value]
    async with app.run_test(size=SMALL) as pilot:
        await open_list(pilot)
        await settled(pilot)
        drawn.clear()
        await pilot.press("end")
        assert len(drawn) < 24 * 8
        assert written(pilot, "#which").startswith("20261121-000000-many-aaaa")
        await pilot.press("slash", *"age>0", "enter")
        await settled(pilot)
        assert written(pilot, "#head") == "runs  5000 runs, 5000 shown in runs"
        assert written(pilot, "#which").startswith("20261121-000000-many-aaaa")


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
