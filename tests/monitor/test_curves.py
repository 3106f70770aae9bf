"""Traces with settings: smoothing, hidden ones, windows, a cursor; and whatever is wild."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from grok_tui.monitor.axes import ACCURACY, Axis
from grok_tui.monitor.curves import Curves, Ground, visible
from grok_tui.monitor.settings import Settings
from grok_tui.monitor.traces import Member, Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Grid

SIZE = (40, 10)
GROUND = Ground(Axis(0, 100))
PLAIN = Settings(log_x=False)


def trace(key: str, role: int, *lines: Sequence[float]) -> Trace:
    members = tuple(Member(range(len(ys)), ys) for ys in lines)
    return Trace(key, role, members, key[:1].upper(), key)


NOISE = trace("noise", 3, [float(50 + 40 * (-1) ** step) for step in range(101)])


def text(grid: Grid) -> list[str]:
    return ["".join(character for character, _ in row).rstrip() for row in grid]


def roles(grid: Grid) -> set[int | None]:
    return {role for row in grid for _, role in row if role}


def test_a_wild_series_brings_nothing_down() -> None:
    child = [sys.executable, "-m", "tests.monitor.wild", "60"]
    done = subprocess.run(child, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr[-2000:]) == (0, "")


def test_a_smoothed_line_has_the_raw_one_dim_behind_it() -> None:
    assert roles(Curves().draw([NOISE], PLAIN, SIZE, GROUND)) == {3}
    smooth = replace(PLAIN, smoothing=0.9)
    assert roles(Curves().draw([NOISE], smooth, SIZE, GROUND)) == {3, 67}


def test_smoothing_as_it_grows_equals_smoothing_at_once() -> None:
    smooth = replace(PLAIN, smoothing=0.9, log_y=True)
    grown = Curves()
    ys = list(NOISE.members[0].ys)
    for count in (10, 11, 60):
        part = replace(NOISE, members=(Member(range(count), ys[:count]),))
        grown.draw([part], smooth, SIZE, GROUND)
    at_once = Curves().draw([NOISE], smooth, SIZE, GROUND)
    assert grown.draw([NOISE], smooth, SIZE, GROUND) == at_once


def test_smoothing_is_seen_where_the_last_value_stays_the_same() -> None:
    rising = trace("rising", 3, [0.0] * 10 + [1.0] * 91)
    smooth = replace(PLAIN, smoothing=0.6)
    turned = Curves()
    turned.draw([rising], PLAIN, SIZE, GROUND)
    at_once = Curves().draw([rising], smooth, SIZE, GROUND)
    assert turned.draw([rising], smooth, SIZE, GROUND) == at_once


def test_hidden_traces_are_left_out_and_the_pinned_one_lies_on_top() -> None:
    found = [trace(name, 1, [1.0]) for name in ("a", "b", "c")]
    kept = visible(found, replace(PLAIN, hidden=frozenset("b"), pinned="a"))
    assert [one.key for one in kept] == ["c", "a"]


def test_each_member_can_be_drawn_by_itself_with_one_letter() -> None:
    both = trace("pair", 3, [0.0] * 101, [100.0] * 101)
    mean = text(Curves().draw([both], replace(PLAIN, band="mean"), SIZE, GROUND))
    each = text(Curves().draw([both], replace(PLAIN, band="each"), SIZE, GROUND))
    assert sum(row.count("P") for row in each) == 1
    assert [bool(row[6:].strip()) for row in mean[:8]].count(True) == 1
    assert [bool(row[6:].strip()) for row in each[:8]].count(True) == 2


def test_a_window_shows_its_part_and_the_limits_are_those_of_the_part() -> None:
    line = trace("line", 3, [float(step) for step in range(101)])
    grid = text(Curves().draw([line], replace(PLAIN, window=(50.0, 60.0)), SIZE, GROUND))
    assert grid[-1].split()[0] == "50"
    assert (grid[0].split("┤")[0].strip(), grid[7].split("┤")[0].strip()) == ("60", "50")


def test_typed_limits_win_over_those_that_a_score_always_has() -> None:
    line = trace("line", 3, [0.5] * 101)
    always = Ground(Axis(0, 100), ACCURACY)
    own = replace(PLAIN, limits=(0.4, 0.6))
    assert text(Curves().draw([line], PLAIN, SIZE, always))[0].split("┤")[0].strip() == "1"
    assert text(Curves().draw([line], own, SIZE, always))[0].split("┤")[0].strip() == "0.6"


def test_a_cursor_is_a_rule_with_the_letter_of_each_line_at_its_value() -> None:
    low, high = trace("low", 3, [0.0] * 101), trace("high", 4, [1.0] * 101)
    grid = text(Curves().draw([low, high], replace(PLAIN, cursor=50.0), SIZE, GROUND))
    column = grid[3].index("┊")
    assert (grid[0][column], grid[7][column], grid[8][column]) == ("H", "L", "┴")


def test_what_lines_are_compared_with_is_never_smoothed() -> None:
    train = replace(NOISE, key="train", letter="", label="")
    smooth = replace(PLAIN, smoothing=0.9)
    assert Curves().draw([train], smooth, SIZE, GROUND) == Curves().draw(
        [train], PLAIN, SIZE, GROUND
    )
