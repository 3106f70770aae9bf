"""The tour on the screen: chapters by key, the recording told meanwhile, nothing left behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import grok_tui.ui.app
from grok_tui.monitor.recording import QUICKSTART, unpack
from grok_tui.monitor.tour import chapters
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.panes.deck import Deck
from grok_tui.ui.screens.demo import Demo
from grok_tui.ui.widgets.tour import TourPanel, written
from tests.ui.looking import on_screen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from grok_tui.ui.services import Services


class DemoApp(GrokTuiApp):
    CSS_PATH = str(Path(grok_tui.ui.app.__file__).with_name("app.tcss"))


async def seen(pilot: Pilot[None], text: str) -> None:
    """Wait until the text is on the screen."""
    for _ in range(600):
        await pilot.pause(0.01)
        if text in on_screen(pilot):
            return
    raise AssertionError(f"{text!r} is not in\n{on_screen(pilot)}")


def step(app: GrokTuiApp, arm: str) -> int:
    """How far an arm was told."""
    screen = app.screen
    assert isinstance(screen, Demo)
    assert screen.view is not None
    lane = screen.view.history.lanes.get((arm, 0))
    return lane.step if lane else -1


async def test_the_tour_by_keys() -> None:
    app = DemoApp(Path("runs"), demo=True)
    async with app.run_test(size=(80, 30)) as pilot:
        await seen(pilot, "1 of 8")
        screen = app.screen
        assert isinstance(screen, Demo)
        folder = screen.run.path.parent.parent
        assert folder.is_dir()
        assert step(app, "dense") <= 0
        assert "P Pause" not in on_screen(pilot)  # nothing trains
        await pilot.press("right")
        await seen(pilot, "2 of 8")
        assert screen.query_one(Deck).selection.shows("dense")
        assert not screen.query_one(Deck).selection.shows("random-mask")
        await pilot.press("enter", "right", "enter")
        await seen(pilot, "5 of 8")
        assert screen.query_one(Deck).shown.SECTION == "network"
        await seen(pilot, "▸embedding W_E")
        await pilot.press("left")
        await seen(pilot, "4 of 8")
        while step(app, "dense") < 2000:  # what was skipped was told at once
            await pilot.pause(0.01)
        await pilot.press("4")  # the keys of the run work
        assert screen.query_one(Deck).shown.SECTION == "log"
        await pilot.press("escape")
        assert not screen.query(TourPanel)
        assert screen.query_one(Deck).selection.shows("random-mask")
        await pilot.press("4", "escape")  # as on any live screen: back to the charts
        assert screen.query_one(Deck).shown.SECTION == "charts"
        await pilot.press("enter")  # and so is this: the chart alone
        assert "▸accuracy" in on_screen(pilot)
        while screen.view is not None and screen.view.state != "finished":
            screen._replay.at_once = 1e9
            await pilot.pause(0.01)
    assert not folder.exists()


def test_every_chapter_is_as_tall_as_the_others(tmp_path: Path) -> None:
    told = chapters(unpack(QUICKSTART, tmp_path / "run"))
    for width in (20, 80, 160):
        grids = [written(told, at, width) for at in range(len(told))]
        assert len({len(grid) for grid in grids}) == 1
        assert all(len(row) == width for grid in grids for row in grid)
    last = "".join(character for character, _ in written(told, 7, 80)[-1])
    assert "Enter" not in last
    assert "←" in last


async def test_the_launcher_offers_it_to_whoever_has_no_runs(
    gallery: Path, services: Services
) -> None:
    app = DemoApp(Path("runs"), services=services)
    async with app.run_test(size=(80, 24)) as pilot:
        await seen(pilot, "new to grokking? D shows it")
        await pilot.press("D")
        await seen(pilot, "1 of 8")
        await pilot.press("escape", "escape")
        await seen(pilot, "pick an experiment")


async def test_on_a_low_screen_the_words_are_cut_and_the_keys_stay() -> None:
    app = DemoApp(Path("runs"), demo=True)
    async with app.run_test(size=(40, 12)) as pilot:
        await seen(pilot, "1 of 8")
        await seen(pilot, "Enter the next page")
        assert app.screen.max_scroll_y == 0
