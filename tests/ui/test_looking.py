"""Where one looks: what each key does to window and cursor, without a screen."""

from __future__ import annotations

import pytest

from grok_tui.errors import UsageError
from grok_tui.monitor.plots import plots
from grok_tui.protocol.notes import Note
from grok_tui.ui.looking import Looking
from grok_tui.ui.widgets.panels import Panels
from tests import fakes

CONFIG = fakes.config()
HISTORY = fakes.history(CONFIG)
HALF = fakes.history(CONFIG, last=400, ended=False)
T_GEN = HISTORY.lanes["dense", 0].t_gen or 0
NOTES = (Note(step=777, text="changed \x1b[2J nothing"),)


@pytest.fixture
def panels() -> Panels:
    found = Panels()
    found.take(plots(CONFIG, HISTORY))
    return found


@pytest.fixture
def looking(panels: Panels) -> Looking:
    found = Looking(panels)
    found.size = (80, 16)
    found.take(CONFIG, HISTORY, NOTES)
    return found


def test_the_cursor_appears_at_the_newest_step_and_moves_by_columns(
    panels: Panels, looking: Looking
) -> None:
    looking.move_cursor(1)
    assert panels.outlook.cursor == max(lane.step for lane in HISTORY.lanes.values())
    before = panels.outlook.cursor
    looking.move_cursor(-10)
    assert panels.outlook.cursor < before / 2
    assert panels.outlook.cursor in HISTORY.lanes["random-mask", 0].steps


def test_jumping_goes_from_mark_to_mark_and_around(panels: Panels, looking: Looking) -> None:
    seen = []
    for _ in range(20):
        looking.jump()
        seen.append(panels.outlook.cursor or 0.0)
    first = seen.index(seen[0], 1)
    assert seen[:first] == sorted(set(seen))
    assert {777.0, float(T_GEN)} <= set(seen)


def test_what_stands_at_the_cursor_is_said_and_steers_no_terminal(
    panels: Panels, looking: Looking
) -> None:
    panels.outlook.point(777.0)
    assert looking.words() == ["! changed \ufffd[2J nothing"]
    panels.outlook.point(float(T_GEN))
    assert "dense generalised" in looking.words()
    assert [(mark.letter, mark.x) for mark in looking.notes] == [("!", 777.0)]


def test_zooming_is_about_the_cursor_while_it_is_seen(panels: Panels, looking: Looking) -> None:
    panels.outlook.point(100.0)
    looking.zoom(1)
    low, high = panels.outlook.window or (0, 0)
    assert (low, high) == pytest.approx((10, 1000))
    looking.zoom(-1)
    assert panels.outlook.window is None


def test_panning_ends_following(panels: Panels, looking: Looking) -> None:
    looking.zoom(1)
    looking.follow()
    assert panels.outlook.follows
    looking.pan(-0.5)
    assert not panels.outlook.follows


def test_following_goes_with_the_run(panels: Panels, looking: Looking) -> None:
    looking.take(CONFIG, HALF, ())
    looking.follow()
    before = panels.outlook.window
    assert before is not None
    assert before[0] < 400 <= before[1]
    looking.take(CONFIG, HALF, ())
    assert panels.outlook.window == before
    looking.take(CONFIG, HISTORY, ())
    later = panels.outlook.window
    assert later is not None
    assert later[1] > before[1]


def test_typed_limits_are_taken_or_refused_as_a_whole(panels: Panels, looking: Looking) -> None:
    looking.limit("100 to 1k", "")
    assert (panels.outlook.window, panels.chosen.limits) == ((100, 1000), None)
    looking.limit("", "0.5 1")
    assert (panels.outlook.window, panels.chosen.limits) == (None, (0.5, 1))
    with pytest.raises(UsageError):
        looking.limit("0 5", "")
    looking.reset()
    assert (panels.outlook.window, panels.chosen.limits) == (None, None)


def test_going_to_a_step_that_is_not_seen_brings_it_into_the_window(
    panels: Panels, looking: Looking
) -> None:
    looking.limit("10 100", "")
    looking.point(1141)
    low, high = panels.outlook.window or (0, 0)
    assert low < (panels.outlook.cursor or 0) <= 1141 < high


def test_a_chart_that_is_not_over_steps_has_no_cursor() -> None:
    looking = Looking(Panels())
    looking.move_cursor(1)
    looking.zoom(1)
    looking.jump()
    assert (looking.shown, looking.words()) == (None, [])


def test_windows_and_cursors_are_kept_for_each_x_axis(panels: Panels, looking: Looking) -> None:
    looking.zoom(1)
    looking.point(100)
    panels.outlook.turn_x()
    assert (panels.outlook.x, panels.outlook.window, panels.outlook.cursor) == (
        "seconds",
        None,
        None,
    )
    panels.outlook.turn_x()
    panels.outlook.turn_x()
    assert panels.outlook.cursor == 100
