"""The moving average by value."""

from __future__ import annotations

import math

import pytest

from grok_tui.monitor.smoothing import Smoothed


def test_the_first_value_is_its_own_average() -> None:
    assert list(Smoothed(0.9, log=False).take([5.0])) == [5.0]


def test_each_value_counts_less_the_older_it_is() -> None:
    found = list(Smoothed(0.5, log=False).take([0.0, 3.0, 3.0]))
    assert found == pytest.approx([0.0, 2.0, 18 / 7])


def test_a_level_series_stays_level() -> None:
    assert list(Smoothed(0.99, log=False).take([2.0] * 5)) == pytest.approx([2.0] * 5)


def test_on_a_log_axis_the_logarithms_are_averaged() -> None:
    found = list(Smoothed(0.5, log=True).take([1.0, 1000.0]))
    assert found == pytest.approx([1.0, 100.0])


def test_what_is_no_number_stays_none_and_spoils_nothing() -> None:
    found = list(Smoothed(0.5, log=False).take([1.0, math.nan, math.inf, 1.0]))
    assert (found[0], found[3]) == (1.0, 1.0)
    assert math.isnan(found[1])
    assert found[2] == math.inf
    assert list(Smoothed(0.5, log=True).take([1.0, 0.0, -1.0, 1.0])) == [1.0, 0.0, -1.0, 1.0]


def test_growing_costs_the_new_values_and_another_series_starts_over() -> None:
    smoothed = Smoothed(0.9, log=False)
    ys = [float(number * number) for number in range(50)]
    smoothed.take(ys[:20])
    assert list(smoothed.take(ys)) == list(Smoothed(0.9, log=False).take(ys))
    assert list(smoothed.take([7.0, 7.0])) == pytest.approx([7.0, 7.0])


def test_the_largest_numbers_stay_numbers() -> None:
    for log in (False, True):
        found = list(Smoothed(0.9, log=log).take([1.7e308] * 5))
        assert all(8e307 < value < math.inf for value in found)
