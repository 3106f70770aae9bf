"""The screen of a sweep: what it shows, what its keys do, and what it asks of the rooms below."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

import grok_tui.ui.app
from grok_tui.errors import RunError
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.messages import OpenRun
from grok_tui.ui.screens.sweep import SweepScreen
from grok_tui.ui.widgets.celltable import CellTable, widths
from grok_tui.ui.widgets.fields import SearchField
from tests import fakes
from tests.monitor.sweeps.boards import board, reached
from tests.ui.looking import notices, on_screen, settled, written
from tests.ui.sweeps import AXES, PACK, SWEEP, Sweeping, design, made

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from grok_tui.monitor.sweeps.planning import Part
    from grok_tui.monitor.sweeps.results import Board, CellResult
    from grok_tui.ui.services import Services
    from grok_tui.ui.widgets.paper import Paper

SMALL, LARGE = (80, 24), (160, 48)


class SweepApp(GrokTuiApp):
    """The application on a sweep."""

    CSS_PATH = str(Path(grok_tui.ui.app.__file__).with_name("app.tcss"))


@pytest.fixture
def sweeping() -> Sweeping:
    return Sweeping(written=design())


@pytest.fixture
def app(sweeping: Sweeping, services: Services) -> GrokTuiApp:
    return SweepApp(Path("runs"), SWEEP, replace(services, sweeps=sweeping.services))


async def shown(pilot: Pilot[None]) -> SweepScreen:
    screen = pilot.app.screen
    assert isinstance(screen, SweepScreen)
    while screen.survey is None:
        await pilot.pause(0.01)
    await settled(pilot)
    return screen


async def test_a_large_terminal_has_head_maps_and_table(app: GrokTuiApp) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await shown(pilot)
        lines = on_screen(pilot).splitlines()
    assert lines[0].split() == ["Delay", "over", "rate", "and", "fraction", "▶", "training"]
    for words in ("40 %", "1,234 lane steps/s", "at most 5 min left", "96 of 144 lanes"):
        assert words in lines[1]
    assert lines[2].split()[:1] == ["▸dense"]
    assert "ticket  rate →, train_fraction ↑" in lines[2]
    assert any("× not reached in 5000 steps" in line for line in lines)  # noqa: RUF001
    row = next(line for line in lines if line.startswith(" ▸   0.2"))
    assert " ".join(row.split()[:9]) == "▸ 0.2 0.3 0.001 40 (40-40) 510 (500-520) 12.8"
    assert "not in 5000" in on_screen_of(lines, "0.9", "0.3")


def on_screen_of(lines: list[str], *values: str) -> str:
    return next(line for line in lines if line.split()[: len(values)] == list(values))


async def test_on_a_small_one_tab_goes_from_the_table_to_the_maps(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        table = on_screen(pilot)
        await pilot.press("tab", "right", "up")
        await settled(pilot)
        maps = on_screen(pilot)
        await pilot.press("tab")
        await settled(pilot)
        again = on_screen(pilot)
    assert "learning_r" in table
    assert "t_gen, steps" not in table
    assert "t_gen, steps" in maps
    assert "▸1560◂" in maps
    (row,) = (line for line in again.splitlines() if "▸" in line)
    assert row.split()[1:4] == ["0.4", "0.4", "0.001"]  # the cursor is where the map had it


@pytest.mark.parametrize("size", [(20, 6), (40, 12), (400, 120)])
async def test_no_size_breaks_it(app: GrokTuiApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await shown(pilot)
        for name in ("tab", "right", "m", "s", "tab", "down", "full_stop"):
            await pilot.press(name)
        await settled(pilot)
        assert on_screen(pilot)


async def test_a_cell_opens_its_run_with_its_own_arms_in_sight(
    app: GrokTuiApp, sweeping: Sweeping
) -> None:
    names = [arm.name for arm in fakes.config().arms][:2]
    fakes.recorded_run(SWEEP.packs, "finished", run_id=PACK)
    sweeping.boards = [renamed(made(), names)]
    seen: list[object] = []
    async with app.run_test(size=LARGE, message_hook=seen.append) as pilot:
        await shown(pilot)
        await pilot.press("end", "enter")
        await settled(pilot)
        assert pilot.app.screen.name == "live"
        while "arm" not in on_screen(pilot):
            await pilot.pause(0.01)
        lines = [line[:30] for line in on_screen(pilot).splitlines()]
    (opened,) = {message.run.id for message in seen if isinstance(message, OpenRun)}
    assert opened == PACK
    shows = {line.split()[0] for line in lines if line[:2] in (" A", " B", " C", " D")}
    assert {"A", "B", "C-controlled-dense-l1"} & shows >= {"A", "B"}
    assert any(line.startswith(" C-") for line in lines)


def renamed(whole: Board, names: list[str]) -> Board:
    """The same, the arms of every cell called so in its pack."""
    cells = []
    for cell in whole.cells:
        arms = {
            own: replace(
                result,
                trained=tuple(there._replace(arm=name) for there in result.trained),
            )
            for (own, result), name in zip(cell.arms.items(), names, strict=True)
        }
        cells.append(replace(cell, arms=arms))
    return replace(whole, cells=cells)


async def test_a_cell_of_several_runs_asks_which(app: GrokTuiApp, sweeping: Sweeping) -> None:
    whole = made(packs=[("done", ""), ("training", "")])
    other = PACK[:-1] + "b"
    first, *rest = whole.cells
    arms = {
        name: replace(
            one,
            trained=(
                one.trained[0]._replace(seeds=(0,)),
                one.trained[0]._replace(run=other, seeds=(1, 2)),
            ),
        )
        for name, one in first.arms.items()
    }
    sweeping.boards = [replace(whole, cells=[replace(first, arms=arms, runs=(PACK, other)), *rest])]
    seen: list[object] = []
    async with app.run_test(size=LARGE, message_hook=seen.append) as pilot:
        await shown(pilot)
        await pilot.press("enter")
        await settled(pilot)
        text = on_screen(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
    assert f"{PACK}  done, seed 0" in text
    assert f"{other}  training, seeds 1, 2" in text
    assert {message.run.id for message in seen if isinstance(message, OpenRun)} == {other}


async def test_stopping_asks_first_and_resuming_goes_on(
    app: GrokTuiApp, sweeping: Sweeping
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        screen = await shown(pilot)
        await pilot.press("K")
        await settled(pilot)
        question = written(pilot, "#question")
        await pilot.press("n", "K", "y")
        await settled(pilot)
        sweeping.boards[0] = made(packs=(("stopped", ""),))
        screen.survey = replace(screen.survey, board=sweeping.boards[0])  # type: ignore[type-var]
        await pilot.press("K", "R")
        await settled(pilot)
        said = notices(pilot)
    assert "Delay over rate and fraction" in question
    assert "1 pack trains" in question
    assert (sweeping.stopped, sweeping.resumed) == ([SWEEP.id], [SWEEP.id])
    assert said == [
        "every pack is asked to stop",
        "nothing to stop: this sweep is stopped",
        "the sweep goes on",
    ]


async def test_what_cannot_be_done_is_told(app: GrokTuiApp, sweeping: Sweeping) -> None:
    sweeping.refusal = "the disk is \x1b[2Jfull"
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        await pilot.press("K", "y", "A")
        await settled(pilot)
        assert notices(pilot) == ["the disk is \ufffd[2Jfull"] * 2


async def test_more_seeds_are_priced_then_confirmed(app: GrokTuiApp, sweeping: Sweeping) -> None:
    sweeping.part = part(144)
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        await pilot.press("A")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("backspace", "0", "enter")
        assert "a whole number from 1 to 1000" in written(pilot, "#obstacle")
        await pilot.press("backspace", "7", "enter")
        await settled(pilot)
        question = written(pilot, "#question")
        await pilot.press("y")
        await settled(pilot)
        assert notices(pilot) == ["added 144 lanes of 24 cells in 1 pack"]
    assert "Add 144 lanes of 24 cells in 1 pack?" in question
    (extended,) = sweeping.extended
    assert extended.seeds == tuple(range(10))


async def test_a_finer_grid_is_asked_between_two_values(
    app: GrokTuiApp, sweeping: Sweeping
) -> None:
    sweeping.part = part(0)
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        await pilot.press("A")
        await settled(pilot)
        text = on_screen(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
        await pilot.press("end", "backspace", "backspace", "backspace", *"0.6", "enter")
        await settled(pilot)
        assert notices(pilot) == ["the sweep has all of this already"]
    assert "a finer grid of train_fraction" in text
    (priced,) = sweeping.priced
    assert priced.axes[0].values == (0.2, 0.4, 0.6, 0.75, 0.9)


def part(lanes: int) -> Part:
    """What a part of so many lanes has to say of itself."""
    words = SimpleNamespace(cells=range(24), packs=range(1 if lanes else 0), lanes=lanes)
    return cast("Part", words)


async def test_a_filter_takes_the_cursor_along(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        screen = await shown(pilot)
        await pilot.press("slash", *"rate=0.6")
        await settled(pilot)
        assert screen._outlook.cell == 12
        await pilot.press(*" nonsense=3")
        await settled(pilot)
        assert "no “nonsense” to filter by" in on_screen(pilot)
        await pilot.press("escape")
        assert not screen.query_one(SearchField).display
        assert len(screen.query_one(CellTable)._rows) == 24


async def test_what_is_seen_is_written_as_picture_and_table(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot)
        await pilot.press("slash", *"rate=0.2", "enter", "e")
        await settled(pilot)
    (svg,) = (SWEEP.path / "exports").glob("*.svg")
    (csv,) = (SWEEP.path / "exports").glob("*.csv")
    assert "Delay over rate and fraction" in svg.read_text()
    rows = csv.read_text().splitlines()
    assert len(rows) == 1 + 6 * 2
    assert {row.split(",")[1] for row in rows[1:]} == {"0.2"}


async def test_a_sweep_that_cannot_be_read_says_why(services: Services) -> None:
    class Broken:
        def look(self) -> Board:
            raise RunError("the plans do not belong together")

    sweeps = replace(Sweeping().services, watch=lambda _: Broken())
    app = SweepApp(Path("runs"), SWEEP, replace(services, sweeps=sweeps))
    async with app.run_test(size=SMALL) as pilot:
        while not notices(pilot):
            await pilot.pause(0.01)
        await settled(pilot)
        assert "the plans do not belong together" in on_screen(pilot).splitlines()[0]


async def test_many_cells_are_put_in_words_only_where_they_are_seen(
    app: GrokTuiApp, sweeping: Sweeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    axes = {"rate": tuple(range(40)), "fraction": tuple(range(40))}
    sweeping.boards = [replace(board(axes, lambda *_: reached(9), seeds=(0,)), sweep=SWEEP)]
    drawn: list[object] = []
    plain = CellTable.write_row

    def counted(table: CellTable, paper: Paper, row: CellResult, *, here: bool) -> None:
        drawn.append(row)
        plain(table, paper, row, here=here)

    monkeypatch.setattr(CellTable, "write_row", counted)
    async with app.run_test(size=SMALL) as pilot:
        screen = await shown(pilot)
        await pilot.press("end", "m", "full_stop", "slash", *"rate=3", "enter")
        await settled(pilot)
        assert len(screen.query_one(CellTable)._rows) == 40
    assert len(drawn) < 24 * 20


def test_columns_give_way_in_the_order_of_their_importance() -> None:
    from grok_tui.monitor.sweeps.celltable import columns

    found = columns(made(), "dense")
    assert list(widths(found, 150)) == list(found)
    assert list(widths(found, 40)) == ["axis 0", "axis 1", "axis 2", "t_gen", "share"]
    assert list(widths(found, 12)) == ["axis 0"]
    assert list(AXES) == ["rate", "task.train_fraction", "train.learning_rate"]
