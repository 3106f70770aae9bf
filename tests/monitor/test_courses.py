"""Means and bands of several members, by value; grown and at once come to the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grok_tui.monitor.axes import Axis
from grok_tui.monitor.courses import Course
from grok_tui.monitor.traces import Member

AXIS = Axis(0, 9)
"""With ten columns step n lies in column n."""


def course(*members: Member) -> Course:
    found = Course(AXIS, 10)
    found.fold(members)
    return found


def of(*ys: float, done: bool = True) -> Member:
    return Member(range(len(ys)), ys, done)


def test_the_mean_and_everything_between_lowest_and_highest() -> None:
    found = course(of(0, 2, 4), of(2, 6, 4))
    assert found.runs() == [[(0, 1.0), (1, 4.0), (2, 4.0)]]
    assert found.band("min-max") == [(0, 0, 2), (1, 2, 6), (2, 4, 4)]
    assert found.band("mean") == []
    assert found.end() == (2, 4.0)


def test_a_deviation_to_each_side_never_leaves_the_values() -> None:
    found = course(of(0), of(0), of(0), of(1))
    [(_, low, high)] = found.band("sd")
    assert low == 0
    assert high == pytest.approx(0.25 + math.sqrt(3) / 4)


def test_one_that_has_ended_counts_with_its_last_value() -> None:
    found = course(of(0, 1, done=True), of(0, 0, 0, 0))
    assert found.runs() == [[(0, 0.0), (1, 0.5), (2, 0.5), (3, 0.5)]]


def test_the_mean_of_those_that_train_goes_as_far_as_the_slowest() -> None:
    found = course(of(0, 1, done=False), of(0, 0, 0, 0, done=False), of(1, done=True))
    assert [column for column, _ in found.runs()[0]] == [0, 1]


def test_steps_at_which_only_some_were_measured_are_bridged() -> None:
    found = course(Member((0, 4), (0.0, 4.0)), of(0, 0, 0, 0, 0))
    assert found.runs() == [[(0, 0.0), (1, 0.5), (2, 1.0), (3, 1.5), (4, 2.0)]]


def test_one_that_became_no_number_counts_no_more() -> None:
    found = course(of(4, math.nan, math.nan), of(0, 0, 0))
    assert found.runs() == [[(0, 2.0), (1, 0.0), (2, 0.0)]]


def test_a_spike_between_two_columns_is_in_the_band() -> None:
    spiky = Member([step / 100 for step in range(100)], [0.0] * 42 + [7.0] + [0.0] * 57)
    found = course(spiky, of(0, 0))
    assert max(high for _, _, high in found.band("min-max")) == 7.0


def test_a_single_member_has_no_band_and_keeps_its_spikes() -> None:
    found = course(of(1, 5, 1))
    assert found.band("min-max") == []
    assert found.runs() == [[(0, 1), (1, 5), (2, 1)]]


def test_the_end_is_the_last_number_that_is_seen() -> None:
    assert course(of(1, 2, math.nan)).end() == (1, 2)
    assert course(Member((0, 5, 50), (1.0, 2.0, 3.0))).end() == (5, 2.0)
    assert course(of(math.nan)).end() is None
    assert course().end() is None


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(st.floats(-5, 5), max_size=10), min_size=2, max_size=3),
    st.lists(st.integers(0, 10), max_size=4),
)
def test_grown_and_at_once_come_to_the_same(lines: list[list[float]], cuts: list[int]) -> None:
    grown = Course(AXIS, 10)
    for cut in sorted(cuts):
        grown.fold([of(*line[:cut], done=False) for line in lines])
        grown.runs()
    members = [of(*line) for line in lines]
    grown.fold(members)
    assert grown.runs() == course(*members).runs()
    assert grown.band("sd") == course(*members).band("sd")
