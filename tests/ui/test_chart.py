"""One chart: drawn when something that is seen changed, and only then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grok_tui.monitor.figures import Plotter
from grok_tui.ui.widgets.chart import ChartView
from tests.ui import live
from tests.ui.looking import on_screen


@pytest.fixture
def rasters(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The grids that were drawn anew, in order."""
    found: list[object] = []
    draw = Plotter.draw

    def noted(self: Plotter, *args: object) -> object:
        grid = draw(self, *args)  # type: ignore[arg-type]
        if not any(grid is old for old in found):
            found.append(grid)
        return grid

    monkeypatch.setattr(Plotter, "draw", noted)
    return found


async def test_only_the_chart_that_is_shown_is_drawn(rasters: list[object]) -> None:
    async with live.LiveApp(live.running()).run_test(size=(80, 24)) as pilot:
        screen = await live.drawn(pilot)
        assert [chart.display for chart in screen.query(ChartView)] == [True, False, False, False]
        assert len(rasters) == 1


async def test_a_view_that_changes_nothing_that_is_seen_draws_nothing(
    rasters: list[object],
) -> None:
    app = live.LiveApp(live.running())
    async with app.run_test(size=(160, 48)) as pilot:
        await live.drawn(pilot)
        before = len(rasters)
        app.shown.view = replace(app.shown.view, state="paused", version=2)
        await live.drawn(pilot, 2)
        assert len(rasters) == before
        assert "paused" in on_screen(pilot)


async def test_a_new_size_is_a_new_drawing() -> None:
    async with live.LiveApp(live.running()).run_test(size=(160, 48)) as pilot:
        screen = await live.drawn(pilot)
        chart = screen.query(ChartView).first()
        before = chart.grid
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert len(chart.grid[0]) == 100 != len(before[0])


async def test_the_title_says_what_is_dashed_and_which_scale() -> None:
    async with live.LiveApp(live.running()).run_test(size=(160, 48)) as pilot:
        await live.drawn(pilot)
        text = on_screen(pilot)
        assert "log steps, log y  ── test  ╴╴ train" in text
        assert "▸accuracy" in text


async def test_of_several_seeds_the_title_names_the_one_that_is_drawn() -> None:
    async with live.LiveApp(live.finished(seeds=(3, 4))).run_test(size=(160, 48)) as pilot:
        await live.drawn(pilot)
        assert "seed 3 of 2 seeds" in on_screen(pilot)


@pytest.mark.parametrize("width", [80, 160])
async def test_an_empty_chart_says_what_it_waits_for(width: int) -> None:
    async with live.LiveApp(live.starting()).run_test(size=(width, 30)) as pilot:
        await live.drawn(pilot)
        assert "waiting for the trainer to start" in on_screen(pilot)
