"""The application: layers, help, palette, themes, leaving, and what it never loads."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.events import Resize
from textual.widgets import Static
from textual.worker import WorkerFailed

from grok_tui.ui import keys, themes
from grok_tui.ui.app import Actions, GrokTuiApp
from grok_tui.ui.leaving import farewell, fault
from tests.ui.looking import on_screen, painted, settled

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from grok_tui.ui.services import Services
    from tests.ui.trainers import Compare, States

pytestmark = pytest.mark.usefixtures("gallery")
SMALL, LARGE = (80, 24), (160, 48)


@pytest.fixture
def app(runs: Path, services: Services) -> GrokTuiApp:
    return GrokTuiApp(runs, services=services)


def layers(app: GrokTuiApp) -> list[str | None]:
    return [screen.name for screen in app.screen_stack]


async def test_it_begins_with_the_launcher(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL):
        assert layers(app) == ["launcher"]


async def test_with_a_run_it_begins_on_that_run(
    runs: Path, services: Services, a_run_of_each_state: States
) -> None:
    app = GrokTuiApp(runs, a_run_of_each_state["finished"], services)
    async with app.run_test(size=SMALL) as pilot:
        assert layers(app) == ["live"]
        await pilot.press("1")
        assert layers(app) == ["live", "runs"]
        await pilot.press("ctrl+n", "q", "q", "q")
    assert app.return_code == 0


async def test_layers_are_left_one_by_one_and_the_last_ends_it(
    app: GrokTuiApp, a_run_of_each_state: States
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("1")
        await settled(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert layers(app) == ["launcher", "runs", "live"]
        await pilot.press("q")
        assert layers(app) == ["launcher", "runs"]
        await pilot.press("escape")
        assert layers(app) == ["launcher"]
        await pilot.press("escape")
        assert layers(app) == ["launcher"]
        await pilot.press("q")
    assert not app.is_running
    assert app.return_code == 0


async def test_a_screen_that_is_open_is_come_back_to(
    app: GrokTuiApp, a_run_of_each_state: States
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("1")
        await settled(pilot)
        await pilot.press("enter", "ctrl+n")
        await pilot.pause()
        assert layers(app) == ["launcher"]


async def test_leaving_says_which_runs_go_on(
    app: GrokTuiApp, runs: Path, a_run_of_each_state: States
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("q")
    ids = [a_run_of_each_state[state].id for state in ("running", "paused", "starting")]
    assert app.parting == farewell(ids, runs)


def test_the_farewell_counts_and_names_the_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROK_TUI_RUNS", "/data/runs")
    runs = Path("/data/runs")
    assert farewell([], runs) == ""
    assert farewell(["a"], runs).startswith("1 run goes on training; `grok-tui attach a` ")
    assert farewell(["a", "b"], runs).startswith("2 runs go on training; `grok-tui attach b` ")
    assert farewell(["a"], Path("/else where")) == (
        "1 run goes on training; `grok-tui --runs-dir '/else where' attach a` to look again, "
        "`grok-tui --runs-dir '/else where' ls` for all."
    )


@pytest.mark.parametrize("where", ["the loop", "a thread"])
async def test_a_fault_of_ours_ends_it_and_shows_no_traceback(
    app: GrokTuiApp, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    def break_down() -> None:
        raise ZeroDivisionError(where)

    async def broken() -> None:
        async with app.run_test(size=SMALL) as pilot:
            if where == "the loop":
                app.call_later(break_down)
            else:
                app.run_worker(break_down, thread=True)
            await pilot.pause()

    with pytest.raises((ZeroDivisionError, WorkerFailed)):
        await broken()
    assert repr(fault(app)) == repr(ZeroDivisionError(where))
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err


async def test_help_is_of_the_screen_it_is_called_on(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        text = on_screen(pilot)
        whole = str(app.screen.query_one("#sheet Static", Static).content)
        await pilot.press("question_mark")
        assert layers(app) == ["launcher"]
        await pilot.press("v", "f1")  # from within a field
        assert layers(app) == ["launcher", "help"]
    assert "Start training what is shown." in text
    assert "Leave this view; runs go on." in whole


async def test_the_palette_lists_every_action_and_an_entry_does_what_its_key_does(
    app: GrokTuiApp,
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        hits = [hit async for hit in Actions(app.screen).discover()]
        wanted = [*keys.on_screen("launcher"), *keys.on_screen("everywhere")]
        assert len(hits) == sum(bool(key.action) for key in wanted)
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert "Start training what is shown." in on_screen(pilot)
        await pilot.press(*"list o")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await settled(pilot)
        assert layers(app) == ["launcher", "runs"]


async def test_the_theme_key_turns_dark_to_light_and_back(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        assert app.theme == "grok-dark"
        await pilot.press("T")
        assert app.theme == "grok-light"
        await pilot.press("T")
        assert app.theme == "grok-dark"


@pytest.mark.parametrize("theme", ["grok-dark", "grok-light", "ansi-dark", "ansi-light"])
def test_light_and_dark_change_places(theme: str) -> None:
    assert themes.other(themes.other(theme)) == theme


async def test_no_color_is_honoured_and_the_cursor_is_seen_all_the_same(
    runs: Path, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = GrokTuiApp(runs, services=services)
    async with app.run_test(size=SMALL) as pilot:
        assert app.theme == "ansi-dark"
        await settled(pilot)
        assert "quickstart" in underlined(pilot)
        await pilot.press("v")
        await settled(pilot)
        assert "67" in underlined(pilot)
        assert "67" in reversed_(pilot)  # what typing replaces, and the caret behind it
        await pilot.press("escape", "T", "1", "question_mark")
        await settled(pilot)
        inks = [segment.style for strip in painted(pilot) for segment in strip if segment.style]
        colours = [colour for ink in inks for colour in (ink.color, ink.bgcolor) if colour]
        assert colours
        assert all(colour.is_default for colour in colours)


def underlined(pilot: Pilot[None]) -> str:
    segments = [segment for strip in painted(pilot) for segment in strip]
    return " ".join(one.text for one in segments if one.style and one.style.underline)


def reversed_(pilot: Pilot[None]) -> str:
    segments = [segment for strip in painted(pilot) for segment in strip]
    return " ".join(one.text for one in segments if one.style and one.style.reverse)


async def test_a_resized_terminal_or_a_key_gets_the_whole_picture_again(
    app: GrokTuiApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        forgotten: list[str] = []
        monkeypatch.setattr("grok_tui.ui.app.CellDriver", type(app._driver))
        monkeypatch.setattr(app._driver, "forget", lambda: forgotten.append("all"), raising=False)
        await pilot.press("ctrl+l")
        assert forgotten == ["all"]
        app.post_message(Resize(app.size, app.size))
        await pilot.pause()
        assert forgotten == ["all", "all"]


@pytest.mark.long
async def test_no_size_brings_it_down(app: GrokTuiApp, a_run_of_each_state: States) -> None:
    sizes = ((1, 1), (400, 120), (20, 6), (80, 24))
    async with app.run_test(size=(20, 6)) as pilot:
        for size in sizes:
            await pilot.resize_terminal(*size)
        await pilot.press("1")
        for size in sizes:
            await pilot.resize_terminal(*size)
        await settled(pilot)
        assert "interrupted" in on_screen(pilot)


async def test_nothing_is_painted_before_the_first_data(app: GrokTuiApp) -> None:
    from grok_tui.ui.messages import Drawn

    held: list[int] = []

    def look(message: object) -> None:
        if isinstance(message, Drawn):
            held.append(app._batch_count)

    async with app.run_test(size=SMALL, message_hook=look) as pilot:
        await settled(pilot)
        assert app._batch_count == 0
    assert held[0] >= 1


async def test_garbage_is_looked_for_once_there_is_something_to_see(app: GrokTuiApp) -> None:
    """Not before: `open_tui` has put it off."""
    gc.disable()
    try:
        async with app.run_test(size=SMALL) as pilot:
            await settled(pilot)
            while not gc.isenabled():
                await pilot.pause(0.01)
    finally:
        gc.enable()


def test_the_interface_loads_neither_torch_nor_plotext_to_begin_with(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from grok_tui.ui.app import GrokTuiApp\n"
        "async def main():\n"
        "    async with GrokTuiApp(Path('runs')).run_test() as pilot:\n"
        "        await pilot.press('1')\n"
        "asyncio.run(main())\n"
        "print(sorted({'torch', 'numpy', 'plotext', 'grok_tui.engine'} & set(sys.modules)))\n"
    )
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PATH": "", "TERM": "xterm-256color", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("screen", ["launcher", "runs"])
def test_snapshot_of_help(app: GrokTuiApp, snap_compare: Compare, screen: str) -> None:
    press = ["question_mark"] if screen == "launcher" else ["1", "question_mark"]
    assert snap_compare(app, terminal_size=SMALL, press=press)


def test_snapshot_of_the_light_theme(app: GrokTuiApp, snap_compare: Compare) -> None:
    async def turn(pilot: Pilot[None]) -> None:
        await pilot.press("T")
        await settled(pilot)

    assert snap_compare(app, terminal_size=SMALL, run_before=turn)
