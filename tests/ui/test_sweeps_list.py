"""The list of sweeps: how each stands, and what to do where there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import grok_tui.ui.app
from grok_tui.errors import RunError
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.ui.app import GrokTuiApp
from tests.ui.looking import on_screen, settled, written
from tests.ui.sweeps import SWEEP, Still, Sweeping, made

if TYPE_CHECKING:
    from textual.screen import Screen

    from grok_tui.monitor.sweeps.results import Board
    from grok_tui.ui.services import Services
    from grok_tui.ui.sweepservices import Looks


class ListApp(GrokTuiApp):
    """The application with the list at the bottom."""

    CSS_PATH = str(Path(grok_tui.ui.app.__file__).with_name("app.tcss"))

    def get_default_screen(self) -> Screen[None]:
        return self.make.sweeps()


async def test_sweeps_stand_with_state_share_and_title(services: Services) -> None:
    other = SweepDir(SWEEP.path.with_name("20261121-101600-other-abcd"))
    broken = SweepDir(SWEEP.path.with_name("20261121-101500-broken-abcd"))
    boards = [made(), replace(made(sweep=other, packs=(("failed", "no room"),)), driver=False)]
    sweeping = Sweeping(boards)

    class Broken:
        def look(self) -> Board:
            raise RunError("the plans are no plans")

    def watch(sweep: SweepDir) -> Looks:
        return Broken() if sweep == broken else Still(boards, sweep)

    asked = replace(sweeping.services, watch=watch, found=lambda _: [SWEEP, other, broken])
    app = ListApp(Path("runs"), services=replace(services, sweeps=asked))
    async with app.run_test(size=(120, 12)) as pilot:
        await settled(pilot)
        lines = on_screen(pilot).splitlines()
        assert written(pilot, "#head") == "sweeps  3 sweeps, 1 training in runs"
        await pilot.press("down", "enter")
        await settled(pilot)
        assert (pilot.app.screen.name, pilot.app.screen.sweep) == ("sweep", other)  # type: ignore[attr-defined]
    assert lines[2].split()[:6] == ["▸", "▶", "training", "40%", "24", "96/144"]
    assert "✗ failed" in lines[3]
    assert "Delay over rate and fraction: 1 pack fa" in lines[3]
    assert "the plans are no plans" in lines[4]


async def test_an_empty_list_says_what_to_do_next(services: Services) -> None:
    app = ListApp(Path("runs"), services=services)
    async with app.run_test(size=(80, 16)) as pilot:
        await settled(pilot)
        text = on_screen(pilot)
        await pilot.press("enter")
        assert pilot.app.screen.name == "sweeps"
    assert "No sweeps yet." in text
    assert "grok-tui sweep rate-by-fraction --dry-run" in text


async def test_the_list_of_runs_says_that_there_are_sweeps(services: Services) -> None:
    asked = replace(services, sweeps=Sweeping().services)

    class RunsApp(ListApp):
        def get_default_screen(self) -> Screen[None]:
            return self.make.runs()

    app = RunsApp(Path("runs"), services=asked)
    async with app.run_test(size=(80, 16)) as pilot:
        while "8 shows 1 sweep" not in written(pilot, "#head"):
            await pilot.pause(0.01)
        await pilot.press("8")
        await settled(pilot)
        assert pilot.app.screen.name == "sweeps"
