"""Where the cursor goes: columns of the canvas, on what was measured."""

from __future__ import annotations

from grok_tui.monitor.axes import Axis
from grok_tui.monitor.cursors import moved, snapped
from grok_tui.monitor.traces import Member, Trace

X = Axis(0, 100)
SIZE = (107, 10)
"""A canvas of 101 columns: a step each."""


def at(*xs: float) -> Trace:
    return Trace("one", 1, (Member(xs, [0.0] * len(xs)),), label="one")


EVEN = at(*range(101))


def test_a_column_at_a_time() -> None:
    assert moved([EVEN], X, SIZE, 50, 1) == 51
    assert moved([EVEN], X, SIZE, 50, -10) == 40


def test_it_stays_within_the_axis() -> None:
    assert moved([EVEN], X, SIZE, 95, 10) == 100
    assert moved([EVEN], X, SIZE, 3, -10) == 0
    assert moved([EVEN], Axis(20, 70), SIZE, 22, -10) == 20


def test_where_little_was_measured_it_goes_on_to_the_next_that_was() -> None:
    few = at(0, 40, 90)
    assert moved([few], X, SIZE, 0, 1) == 40
    assert moved([few], X, SIZE, 90, -1) == 40
    assert moved([few], X, SIZE, 90, 1) == 90
    assert moved([few, EVEN], X, SIZE, 0, 1) == 1


def test_on_a_log_axis_a_column_holds_many_steps() -> None:
    whole = Axis(1, 10_000, log=True)
    there = moved([at(*range(1, 10_001))], whole, SIZE, 1000, 1)
    assert 1020 < there < 1110
    assert moved([at(*range(1, 10_001))], whole, SIZE, 1, 1) == 2


def test_it_snaps_to_what_was_measured_before() -> None:
    assert snapped([at(10, 20)], 19) == 10
    assert snapped([at(10, 20)], 5) == 10
    assert snapped([], 5) == 5


def test_without_anything_to_read_it_stays_where_it_is() -> None:
    assert moved([], X, SIZE, 50, 1) == 50
    assert moved([EVEN], X, (4, 4), 50, 1) != 50
    assert moved([EVEN], X, (0, 0), 50, 1) == 50
