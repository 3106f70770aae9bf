"""The arithmetic of the report, on made-up turns."""

from __future__ import annotations

import pytest

from benchmarks import rates
from benchmarks.sides import Slot


def slots(*steps: int, measured: int = 0, seconds: float = 2.0) -> list[Slot]:
    return [Slot(number, measured, seconds) for number in steps]


def test_a_rate_is_steps_by_seconds() -> None:
    assert rates.rates(slots(100, 300)) == (50.0, 150.0)


def test_a_ratio_is_the_median_of_the_ratios_within_each_round() -> None:
    """Of 10x, 2x and 4x: a machine that slows down for a round slows both sides of it."""
    found = rates.ratio(slots(1000, 20, 400), slots(100, 10, 100))
    assert (found.median, found.low, found.high) == (4.0, 2.0, 10.0)


def test_sides_of_different_rounds_are_not_compared() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        rates.ratio(slots(1, 2), slots(1))


def test_the_measured_share_is_over_all_rounds() -> None:
    turns = [Slot(10, 0, 1.0), Slot(30, 1, 1.0)]
    assert rates.measured_share(turns) == pytest.approx(1 / 40)


def test_the_cost_of_measuring_is_what_more_measurements_cost() -> None:
    """1 ms a step and 3 ms a measurement; a tenth of the steps measured, and all of them."""
    grid = [Slot(100, 10, 100 * 0.001 + 10 * 0.003)]
    every = [Slot(100, 100, 100 * 0.001 + 100 * 0.003)]
    assert rates.measuring_cost(grid, every) == pytest.approx(0.003)


def test_there_is_no_cost_to_tell_where_both_were_measured_equally_often() -> None:
    turns = [Slot(100, 10, 1.0)]
    assert rates.measuring_cost(turns, turns) is None
