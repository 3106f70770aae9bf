"""One chart: drawn when something that is seen changed, and only then."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from grok_tui.monitor.plotter import Plotter
from grok_tui.protocol.tasks import PolynomialRegression
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
        assert [chart.display for chart in screen.query(ChartView)] == [True, *[False] * 5]
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
        assert "log steps, log y  ── test  ╴╴ train of A" in text
        assert "▸accuracy" in text


async def test_of_several_seeds_the_title_says_how_they_are_drawn() -> None:
    async with live.LiveApp(live.finished(seeds=(3, 4))).run_test(size=(160, 48)) as pilot:
        await live.drawn(pilot)
        assert "mean and range of 2 seeds" in on_screen(pilot)


@pytest.mark.parametrize("width", [80, 160])
async def test_an_empty_chart_says_what_it_waits_for(width: int) -> None:
    async with live.LiveApp(live.starting()).run_test(size=(width, 30)) as pilot:
        await live.drawn(pilot)
        assert "waiting for the trainer to start" in on_screen(pilot)


@pytest.mark.parametrize("width", [80, 160])
async def test_a_probe_that_was_not_measured_yet_says_so(width: int) -> None:
    async with live.LiveApp(live.probed()).run_test(size=(width, 48)) as pilot:
        await live.drawn(pilot)
        await pilot.press("up")
        await pilot.pause()
        assert "waiting for its first measurement, each 1000 steps" in on_screen(pilot)


async def test_the_title_of_a_probe_says_what_it_shows_and_of_when() -> None:
    async with live.LiveApp(live.probed()).run_test(size=(160, 60)) as pilot:
        await live.drawn(pilot)
        await pilot.press("pagedown", "down", "down")
        await pilot.pause()
        text = on_screen(pilot)
        assert "fourier-entropy in 1 of 4" in text
        assert "▸mask-distance net 1 of 3: ." in text
        assert "╴╴ chance" in text
        assert "spectrum in 1 of 2" in text
        assert "newest" in text
        await pilot.press("pagedown")
        await pilot.pause()
        assert "embedding-pca W_E of dense 1 of 4: ." in on_screen(pilot)
        assert "at step 1404  page 3 of 3: PgDn" in on_screen(pilot)


async def test_the_score_of_a_regression_has_its_own_name() -> None:
    shown = live.running()
    assert shown.config is not None
    config = msgspec.structs.replace(shown.config, task=PolynomialRegression())
    async with live.LiveApp(replace(shown, config=config)).run_test(size=(160, 48)) as pilot:
        await live.drawn(pilot)
        assert "▸variance explained" in on_screen(pilot)
        assert "accuracy" not in on_screen(pilot)
