"""The charts pane by its keys, and by the mouse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.widgets import Input

from grok_tui.protocol.rundir import RunDir
from grok_tui.ui import viewstate
from grok_tui.ui.messages import Export
from grok_tui.ui.panes.charts import ChartsPane
from grok_tui.ui.screens.ask import Ask
from grok_tui.ui.widgets.chart import ChartView
from tests.ui import live
from tests.ui.looking import on_screen, settled

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from textual.message import Message
    from textual.pilot import Pilot

SIZE = (160, 48)


async def press(pilot: Pilot[None], *keys: str) -> str:
    """What is on the screen after these keys."""
    await pilot.press(*keys)
    await pilot.pause()
    return on_screen(pilot)


async def test_the_cursor_is_in_all_charts_and_its_values_are_read_out() -> None:
    async with live.LiveApp(live.finished(seeds=(0, 1))).run_test(size=SIZE) as pilot:
        await live.drawn(pilot)
        text = await press(pilot, "2", "left", "shift+left")
        assert all(sum("┊" in row for row in _rows(chart)) > 1 for chart in _charts(pilot))
        assert "to dense" in text
        assert "A dense (2)" in text
        text = await press(pilot, "apostrophe", "escape")
        assert "to dense" not in text
        assert not any("┊" in row for chart in _charts(pilot) for row in _rows(chart))
        assert "memorised" in await press(pilot, "apostrophe")
        assert "to dense" in await press(pilot, "enter")
        assert len([chart for chart in _charts(pilot) if chart.display]) == 1
        await press(pilot, "escape")
        assert len([chart for chart in _charts(pilot) if chart.display]) == 1
        await press(pilot, "escape")
        assert len([chart for chart in _charts(pilot) if chart.display]) == 4


async def test_charts_without_room_are_read_out_too() -> None:
    async with live.LiveApp(live.running()).run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await press(pilot, "2")
        text = await press(pilot, "left")
        assert len([chart for chart in _charts(pilot) if chart.display]) == 1
        header = on_row(text, " loss ")
        values = on_row(text, "A dense")
        assert values[header.index("loss") :].split()[0].replace(".", "").isdecimal()


async def test_a_last_page_of_few_charts_is_filled() -> None:
    async with live.LiveApp(live.probed()).run_test(size=(160, 48)) as pilot:
        await live.drawn(pilot)
        panels = pilot.app.screen.query_one(ChartsPane).panels
        await press(pilot, "2", *["pagedown"] * (panels.pages - 1))
        shown = [chart for chart in _charts(pilot) if chart.display]
        assert len(shown) == len(panels.page) < panels.outlook.density
        assert sum(chart.size.width * chart.size.height for chart in shown) > 160 * 20


async def test_the_chart_that_a_key_is_for_is_drawn_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[str] = []
    paint = ChartView.redraw

    def noted(chart: ChartView) -> None:
        drawn.append(chart.id or "")
        paint(chart)

    async with live.LiveApp(live.finished()).run_test(size=SIZE) as pilot:
        await live.drawn(pilot)
        await press(pilot, "2", "down", "left")
        monkeypatch.setattr(ChartView, "redraw", noted)
        await press(pilot, "left")
        assert drawn[0] == "chart-1"
        assert {f"chart-{place}" for place in range(4)} <= set(drawn[1:])
        drawn.clear()
        await press(pilot, "down")
        assert drawn[:2] == ["chart-1", "chart-2"]  # one is not the chosen one any more


async def test_keys_change_how_charts_are_drawn_and_the_titles_say_so() -> None:
    async with live.LiveApp(live.finished(seeds=(0, 1))).run_test(size=SIZE) as pilot:
        await live.drawn(pilot)
        assert "smoothed" not in await press(pilot, "2", "down")
        assert "▸loss smoothed 0.9" in await press(pilot, "s", "s")
        assert "linear seconds" not in await press(pilot, "S", "S")
        assert "linear seconds" in await press(pilot, "X", "x")
        assert "linear steps since memorised" in await press(pilot, "X")
        assert "mean ± sd of 2 seeds" in await press(pilot, "X", "a")
        assert "A" in _ends(pilot)
        await press(pilot, "d")
        assert "A" not in _ends(pilot)
        assert "following" in await press(pilot, "f")
        assert "following" not in await press(pilot, "0")
        await press(pilot, "g")
        assert len([chart for chart in _charts(pilot) if chart.display]) == 6 - 2


async def test_reset_shows_the_whole_and_then_everything_as_at_first() -> None:
    async with live.LiveApp(live.finished()).run_test(size=SIZE) as pilot:
        await live.drawn(pilot)
        first = await press(pilot, "2", "down")
        await press(pilot, "tab", "down", "space", "shift+tab")
        assert "linear steps" in await press(pilot, "x", "s", "g", "plus")
        text = await press(pilot, "0")
        assert "linear steps" in text
        assert text != first
        assert await press(pilot, "0") == first


async def test_a_legend_names_the_arms_that_are_drawn() -> None:
    async with live.LiveApp(live.finished()).run_test(size=SIZE) as pilot:
        await live.drawn(pilot)
        legend = on_row(await press(pilot, "2", "enter"), "A dense")
        assert "B grokked-ticket" in legend
        await press(pilot, "escape", "tab", "down", "space", "shift+tab")
        legend = on_row(await press(pilot, "enter"), "A dense")
        assert "grokked-ticket" not in legend
        assert "C controlled-dense-l1" in legend


def on_row(text: str, words: str) -> str:
    """The first row that has these words."""
    return next(row for row in text.splitlines() if words in row)


async def test_typed_limits_are_checked_where_they_are_typed() -> None:
    async with live.LiveApp(live.running()).run_test(size=SIZE) as pilot:
        await live.drawn(pilot)
        await press(pilot, "L", *"5000 1", "enter")
        assert isinstance(pilot.app.screen, Ask)
        assert "expected the lower number first" in on_screen(pilot)
        pilot.app.screen.query(Input).first().value = "10 1k"
        await press(pilot, "enter")
        assert "10\u20131k" in on_screen(pilot)
        await press(pilot, "G", *"100", "enter")
        assert "step 100" in on_screen(pilot)
        await press(pilot, "L", "escape")
        assert pilot.app.screen.name == "live"


async def test_the_mouse_points_drags_and_zooms() -> None:
    async with live.LiveApp(live.running()).run_test(size=SIZE) as pilot:
        await live.drawn(pilot)
        panels = pilot.app.screen.query_one(ChartsPane).panels
        await pilot.click("#chart-1", offset=(40, 5))
        await pilot.pause()
        assert panels.chosen.plot.name == "loss"
        cursor = panels.outlook.cursor
        assert cursor is not None
        assert 30 < cursor < 300
        chart = pilot.app.screen.query_one("#chart-1", ChartView)
        await pilot._post_mouse_events(_scroll(), "#chart-1", offset=(40, 5), button=0)
        await pilot.pause()
        window = panels.outlook.window
        assert window is not None
        assert window[0] < cursor < window[1]
        await pilot.mouse_down(chart, offset=(40, 5))
        await pilot.hover(chart, offset=(30, 5))
        await pilot.mouse_up(chart, offset=(30, 5))
        await pilot.pause()
        assert (panels.outlook.window or (0, 0))[0] > window[0]
        assert panels.outlook.cursor == cursor


async def test_what_is_shown_can_be_saved() -> None:
    found: list[Message] = []
    app = live.LiveApp(live.running())
    async with app.run_test(size=SIZE, message_hook=found.append) as pilot:
        await live.drawn(pilot)
        await press(pilot, "e")
        [export] = [message for message in found if isinstance(message, Export)][:1]
        rows = list(export.rows())
        assert export.name == "accuracy"
        assert rows[0][0] == "step"
        assert set(rows[0][1:]) == {"dense", "grokked-ticket", "random-mask", "shuffled-mask"}
        assert len(rows) > 100


async def test_how_a_run_was_looked_at_is_there_when_it_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunDir(tmp_path / live.RUN.id)
    run.path.mkdir()
    monkeypatch.setattr(live, "RUN", run)
    view = replace(live.running(), run=run)
    async with live.LiveApp(view).run_test(size=SIZE) as pilot:
        await live.drawn(pilot)
        await settled(pilot)
        assert not run.view.exists()
        await press(pilot, "down", "y", "a")
    kept = viewstate.read(run)
    assert (kept.chosen, kept.band) == ("loss", "sd")
    async with live.LiveApp(view).run_test(size=SIZE) as pilot:
        await live.drawn(pilot)
        panels = pilot.app.screen.query_one(ChartsPane).panels
        assert (panels.chosen.plot.name, panels.chosen.settings.log_y) == ("loss", False)


def _charts(pilot: Pilot[None]) -> list[ChartView]:
    return [chart for chart in pilot.app.screen.query(ChartView) if chart.display]


def _rows(chart: ChartView) -> list[str]:
    return ["".join(character for character, _ in row) for row in chart.grid]


def _ends(pilot: Pilot[None]) -> str:
    """Everything on the canvases of the charts."""
    return "".join(row[6:] for chart in _charts(pilot) for row in _rows(chart)[1:-2])


def _scroll() -> list[type]:
    from textual.events import MouseScrollUp

    return [MouseScrollUp]
