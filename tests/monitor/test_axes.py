"""Axes: fractions, round limits that do not jump about, ticks that fit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grok_tui.monitor.axes import Axis, nice_step, short, step_axis, value_axis


def test_a_fraction_runs_from_the_low_end_to_the_high_one() -> None:
    assert [Axis(10, 20).fraction(v) for v in (10, 15, 20, 30)] == [0, 0.5, 1, 2]
    assert Axis(1, 1000, log=True).fraction(10) == pytest.approx(1 / 3)


def test_zero_has_no_logarithm_and_lies_below_everything() -> None:
    assert Axis(1, 10, log=True).fraction(0) == -math.inf


def test_what_is_no_number_has_no_place() -> None:
    assert all(math.isnan(Axis(0, 1).fraction(v)) for v in (math.nan, math.inf, -math.inf))


@given(st.floats(0, 1), st.booleans())
def test_value_is_the_inverse_of_fraction(fraction: float, log: bool) -> None:
    axis = Axis(0.5, 2000, log)
    assert axis.fraction(axis.value(fraction)) == pytest.approx(fraction, abs=1e-9)


@pytest.mark.parametrize(
    ("planned", "high"), [(1, 10), (10, 10), (11, 100), (5000, 10_000), (30_000, 100_000)]
)
def test_log_steps_end_at_the_next_power_of_ten(planned: int, high: int) -> None:
    assert step_axis(planned, log=True) == Axis(1, high, log=True)


def test_plain_steps_end_at_a_round_number_that_holds_them() -> None:
    assert step_axis(5000, log=False) == Axis(0, 5000)
    assert step_axis(5001, log=False).high == 6000


def test_decades_are_ticks_and_only_as_many_as_there_is_room_for() -> None:
    axis = Axis(1, 10_000, log=True)
    assert [label for _, label in axis.ticks(9)] == ["1", "10", "100", "1k", "10k"]
    assert [label for _, label in axis.ticks(3)] == ["1", "100", "10k"]
    assert axis.ticks(0) == []


def test_plain_ticks_are_round_and_fit() -> None:
    assert [label for _, label in Axis(0, 1).ticks(4)] == ["0", "0.5", "1"]
    assert [value for value, _ in Axis(30, 75).ticks(5)] == [30, 40, 50, 60, 70]


def test_limits_are_round_numbers_around_the_data() -> None:
    assert value_axis(37, 74, log=False) == Axis(30, 80)
    assert value_axis(3e-5, 4.2, log=True) == Axis(1e-5, 10, log=True)


def test_limits_stay_while_the_data_fit_and_fill_them() -> None:
    before = Axis(0, 100)
    assert value_axis(10, 99, log=False, before=before) is before
    assert value_axis(10, 101, log=False, before=before) != before
    assert value_axis(10, 20, log=False, before=before) != before


def test_limits_of_another_kind_are_not_kept() -> None:
    assert value_axis(1, 90, log=True, before=Axis(0, 100)).log


@pytest.mark.parametrize("log", [False, True])
def test_without_data_there_are_limits_all_the_same(log: bool) -> None:
    axis = value_axis(math.nan, math.nan, log)
    assert axis.low < axis.high


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.integers(1, 20),
)
def test_any_finite_data_have_limits_and_ticks(a: float, b: float, log: bool, most: int) -> None:
    axis = value_axis(min(a, b), max(a, b), log)
    assert axis.low < axis.high
    assert math.isfinite(axis.low)
    assert math.isfinite(axis.high)
    assert len(axis.ticks(most)) <= most


@given(st.floats(1e-250, 1e250))
def test_a_nice_step_is_no_smaller_than_asked_and_not_much_larger(least: float) -> None:
    assert least * (1 - 1e-6) <= nice_step(least) <= 2.5 * least * (1 + 1e-6)


LABELS = {
    0.0: "0",
    0.25: "0.25",
    12.5: "12.5",
    1000.0: "1k",
    1250.0: "1.25k",
    30_000.0: "30k",
    2e6: "2M",
    1e-3: "1e-3",
    1e-12: "1e-12",
    1e15: "1e15",
    -5.0: "-5",
}


@pytest.mark.parametrize(("value", "text"), LABELS.items())
def test_a_label_is_short(value: float, text: str) -> None:
    assert short(value) == text
    assert len(text) <= 5


@given(st.floats(1e-6, 1e9), st.integers(2, 20))
def test_the_labels_of_a_constant_differ(value: float, most: int) -> None:
    for axis in (value_axis(value, value, log=False), value_axis(-value, -value, log=False)):
        labels = [label for _, label in axis.ticks(most)]
        assert len(set(labels)) == len(labels) > 0
