"""Charts by exact cells; wild values and sizes; growing lines."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grok_tui.monitor.axes import ACCURACY, Axis
from grok_tui.monitor.figures import FRAME, Grid, Mark, to_ascii, to_text
from grok_tui.monitor.plotter import Plotter, Scene, plot
from grok_tui.monitor.traces import REFERENCE, Member, Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

X = Axis(0, 10)
Y = Axis(0, 1)
LOG_X = Axis(1, 1000, log=True)


def line(
    role: int,
    xs: Sequence[float],
    ys: Sequence[float],
    letter: str = "",
    dashed: bool = False,
) -> Trace:
    pattern = REFERENCE if dashed else ()
    return Trace(f"{role}", role, (Member(xs, ys),), letter, pattern=pattern)


def chart(
    traces: Sequence[Trace],
    x: Axis,
    y: Axis,
    width: int,
    height: int,
    marks: tuple[Mark, ...] = (),
) -> Grid:
    return plot(traces, Scene(x, y, marks), (width, height))


def text(grid: Grid) -> list[str]:
    return ["".join(character for character, _ in row).rstrip() for row in grid]


def test_a_small_chart_cell_by_cell() -> None:
    trace = line(3, [0, 10], [0, 1], letter="A")
    assert text(chart([trace], X, Y, 20, 6)) == [
        "    1┤          ⢀⡠⠔A",
        "     │       ⣀⠤⠊⠁",
        "     │   ⢀⡠⠒⠉",
        "    0┤⡠⠔⠊⠁",
        "     └┬────────────┬",
        "      0           10",
    ]


def test_a_cell_carries_the_role_of_its_line() -> None:
    grid = chart([line(3, [0, 10], [0, 0]), line(200, [0, 10], [1, 1])], X, Y, 20, 6)
    assert {role for _, role in grid[0][6:]} == {200}
    assert {role for _, role in grid[3][6:]} == {3}
    assert {role for character, role in grid[4] if character != " "} == {FRAME}


def test_a_later_line_lies_on_top() -> None:
    traces = [line(1, [0, 10], [1, 1]), line(2, [0, 10], [1, 1])]
    assert {role for _, role in chart(traces, X, Y, 20, 6)[0][6:]} == {2}


def test_a_dashed_line_has_gaps_and_a_solid_one_has_none() -> None:
    solid = text(chart([line(1, [0, 10], [0, 0])], X, Y, 40, 6))[3][6:]
    dashed = text(chart([line(1, [0, 10], [0, 0], dashed=True)], X, Y, 40, 6))[3][6:]
    assert " " not in solid
    assert dashed.count(" ") > 5


def test_dashes_do_not_move_as_the_line_grows() -> None:
    short = text(chart([line(1, [0, 5], [0, 0], dashed=True)], X, Y, 40, 6))[3]
    long = text(chart([line(1, [0, 10], [0, 0], dashed=True)], X, Y, 40, 6))[3]
    assert long.startswith(short[:-1])


def test_log_steps_have_ticks_at_powers_of_ten_and_no_place_for_step_zero() -> None:
    grid = text(chart([line(1, [0, 10], [1, 0])], LOG_X, Y, 50, 6))
    assert grid[-1].split() == ["1", "10", "100", "1k"]
    assert "".join(row[6:] for row in grid[:3]).strip() == ""


def test_accuracy_is_always_drawn_from_zero_to_one() -> None:
    low = text(chart([line(1, [1, 9], [0.2, 0.3])], X, ACCURACY, 30, 10))
    assert low[0].lstrip().startswith("1┤")
    assert low[7].lstrip().startswith("0┤")


def test_a_spike_between_two_columns_survives() -> None:
    ys = [0.0] * 100_000
    ys[54_321] = 1.0
    grid = text(chart([line(1, range(100_000), ys)], Axis(0, 100_000), Y, 40, 10))
    assert grid[0][6:].strip() != ""


def test_zero_on_a_log_axis_lies_on_its_floor() -> None:
    grid = text(chart([line(1, [0, 10], [0, 0])], X, Axis(1e-3, 1, log=True), 20, 6))
    assert grid[3][6:].strip() != ""


def test_a_line_is_cut_at_a_value_that_is_no_number() -> None:
    ys = [0.5] * 4 + [math.nan] * 3 + [0.5] * 4
    row = max(
        text(chart([line(1, range(11), ys)], X, Y, 40, 7)), key=lambda row: row[6:].count("⠒")
    )
    assert len(row[6:].split()) == 2


def test_letters_of_lines_that_end_together_stand_side_by_side() -> None:
    traces = [line(role, [0, 5], [1, 1], letter="ABC"[role]) for role in range(3)]
    grid = chart(traces, X, Y, 30, 6)
    assert "ABC" in text(grid)[0]


def test_letters_at_the_right_edge_move_left() -> None:
    traces = [line(1 + n, [0, 10], [1, 1], letter="ABC"[n]) for n in range(3)]
    row = text(chart(traces, X, Y, 30, 6))[0]
    assert row.endswith("CBA")


def test_marks_stand_on_the_frame_and_do_not_hide_each_other() -> None:
    marks = (Mark(1, "A", 5), Mark(2, "B", 5), Mark(3, "C", 99))
    sill = text(chart([], X, Y, 30, 6, marks))[4]
    assert "AB" in sill
    assert "C" not in sill


WILD = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1e308, -1e308, 5e-324])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WILD, max_size=40), st.integers(0, 30), st.integers(0, 12), st.booleans())
def test_any_values_at_any_size_give_a_grid_of_that_size(
    ys: list[float], width: int, height: int, log: bool
) -> None:
    trace = line(1, range(len(ys)), ys, letter="A", dashed=log)
    grid = chart([trace], Axis(0, 40), Axis(0.1, 1, log=log), width, height)
    assert [len(row) for row in grid] == [width] * height


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-2, 2), min_size=1, max_size=60),
    st.lists(st.integers(0, 60), max_size=4),
    st.booleans(),
)
def test_a_line_drawn_as_it_grows_equals_the_line_drawn_at_once(
    ys: list[float], cuts: list[int], dashed: bool
) -> None:
    xs = list(range(1, len(ys) + 1))
    plotter = Plotter()
    for cut in sorted(cuts):
        plotter.draw([line(1, xs[:cut], ys[:cut], "A", dashed)], Scene(LOG_X, Y), (30, 8))
    grown = plotter.draw([line(1, xs, ys, "A", dashed)], Scene(LOG_X, Y), (30, 8))
    assert grown == chart([line(1, xs, ys, "A", dashed)], LOG_X, Y, 30, 8)


def test_the_very_grid_is_returned_while_nothing_that_can_be_seen_changed() -> None:
    plotter = Plotter()
    first = plotter.draw([line(1, [1, 500], [0, 0])], Scene(LOG_X, Y), (30, 8))
    assert plotter.draw([line(1, [1, 500, 501], [0, 0, 0.001])], Scene(LOG_X, Y), (30, 8)) is first
    assert (
        plotter.draw([line(1, [1, 500, 501], [0, 0, 0.9])], Scene(LOG_X, Y), (30, 8)) is not first
    )


def test_a_series_that_is_another_one_starts_over() -> None:
    plotter = Plotter()
    plotter.draw([line(1, [1, 10, 100], [1, 1, 1])], Scene(LOG_X, Y), (30, 8))
    other = line(1, [1, 10], [0, 0])
    assert plotter.draw([other], Scene(LOG_X, Y), (30, 8)) == chart([other], LOG_X, Y, 30, 8)


def test_limits_are_those_of_what_is_shown() -> None:
    plotter = Plotter()
    trace = line(1, [1, 10, 100], [0.0, 5.0, 2.0])
    assert plotter.limits([trace], LOG_X, (30, 8), positive=False) == (0.0, 5.0)
    assert plotter.limits([trace], LOG_X, (30, 8), positive=True) == (2.0, 5.0)
    assert all(map(math.isnan, plotter.limits([], LOG_X, (30, 8), positive=False)))


def test_two_threads_draw_at_once() -> None:
    trace = line(1, list(range(1, 500)), [math.sin(x) for x in range(1, 500)], letter="A")
    wanted = chart([trace], LOG_X, Axis(-1, 1), 60, 15)
    found: list[bool] = []

    def draw() -> None:
        found.extend(chart([trace], LOG_X, Axis(-1, 1), 60, 15) == wanted for _ in range(10))

    threads = [threading.Thread(target=draw) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 20


def test_text_is_plain_unless_a_palette_is_given() -> None:
    grid = chart([line(1, [0, 10], [0, 1])], X, Y, 20, 6)
    assert "\x1b" not in to_text(grid)
    coloured = to_text(grid, [240, 74])
    assert "\x1b[38;5;74m" in coloured
    assert coloured.count("\x1b[0m") == 6


@pytest.mark.parametrize(
    ("cell", "plain"), [("⠉", "'"), ("⣀", "."), ("⣿", ":"), ("┤", "+"), ("A", "A")]
)
def test_ascii_shows_which_half_of_a_cell_is_inked(cell: str, plain: str) -> None:
    assert to_ascii([[(cell, 1)]]) == [[(plain, 1)]]
