"""Numbers of an arm over its seeds, and how they are said."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isnan, nan
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.reproduction.evidence import (
    Quantity,
    first_below,
    median,
    metric,
    number,
    probe,
)
from tests.monitor.reproduction import made

if TYPE_CHECKING:
    from grok_tui.protocol.events import Reason


def test_what_was_not_reached_is_infinitely_late() -> None:
    times = made.run({"dense": (1000, None, 3000)}).times("dense", "t_gen")
    assert list(times.values) == [1000, inf, 3000]
    assert times.words == "3000 (1000 to not reached in 5000)"


def test_what_most_seeds_do_not_reach_is_no_number() -> None:
    times = made.run({"dense": (1000, None, None)}).times("dense", "t_gen")
    assert times.words == "not reached in 5000 (1 of 3 did: 1000)"
    assert times.brief == "not reached"


def test_a_lane_that_did_not_end_was_not_measured() -> None:
    run = made.run({"dense": (1000, None, 3000)})
    open_lane = replace(run.history.lanes["dense", 1], end=None)
    history = replace(run.history, lanes={**run.history.lanes, ("dense", 1): open_lane})
    times = replace(run, history=history).times("dense", "t_gen")
    assert isnan(times.values[1])
    assert times.known == (1000, 3000)


@pytest.mark.parametrize("reason", ["unavailable", "diverged", "stopped"])
def test_a_lane_that_did_not_train_all_its_steps_was_not_measured(reason: Reason) -> None:
    run = made.run({"dense": (1000, 2000, 3000)})
    lanes = {**run.history.lanes, ("dense", 1): made.lane("dense", 1, reason=reason)}
    run = replace(run, history=replace(run.history, lanes=lanes))
    times = run.times("dense", "t_gen")
    assert times.words == "2000 (1000 to 3000), in 2 of 3 seeds"
    assert isnan(run.t_gen("dense", 1))
    assert first_below("test_loss", -1.0)(lanes["dense", 1]) is None


def test_what_was_not_reached_is_said_of_the_steps_that_all_lanes_have() -> None:
    run = made.run({"dense": (None, None, None)})
    short = made.lane("dense", 1, curves={"test_accuracy": {0: 0.0, 300: 0.1}})
    lanes = {**run.history.lanes, ("dense", 1): short}
    run = replace(run, history=replace(run.history, lanes=lanes))
    assert run.times("dense", "t_gen").words == "not reached in 300"


def test_an_arm_that_is_not_there_was_not_measured() -> None:
    times = made.run({"dense": (1000,)}).times("ticket", "tau_grok")
    assert times.words == "not measured"
    assert isnan(times.median)


def test_tau_needs_both_crossings() -> None:
    run = made.run({"dense": (1000, None)}, t_mem={"dense": (50, 40)})
    assert run.times("dense", "tau_grok").values == (20, inf)


@pytest.mark.parametrize(
    ("value", "words"),
    [(1699.0, "1699"), (53.0, "53"), (0.4153, "0.415"), (2.5e-7, "2.5e-07"), (-4.555, "-4.55")],
)
def test_numbers_have_three_digits_that_count(value: float, words: str) -> None:
    assert number(value) == words


def test_one_seed_has_no_range() -> None:
    assert Quantity("dense", (53.0,)).line == "dense 53"


def test_a_median_with_infinities() -> None:
    assert median([1, inf, 2]) == 2
    assert median([1, inf, inf]) == inf
    assert isnan(median([]))


CURVE = {0: 0.1, 100: 0.2, 250: 0.7}


def test_a_metric_is_that_of_the_last_measurement_no_later_than_the_step() -> None:
    lane = made.lane("dense", 0, curves={"test_accuracy": CURVE})
    found = [metric("test_accuracy", step)(lane) for step in (-1, 0, 99, 100, 249, 9999, nan)]
    assert found == [None, 0.1, 0.1, 0.2, 0.2, 0.7, None]
    assert metric("test_accuracy")(lane) == 0.7


def test_a_probe_is_read_the_same_way() -> None:
    lane = made.lane("dense", 0, probes={"fourier-entropy/in": CURVE})
    assert probe("fourier-entropy/in", 120)(lane) == 0.2
    assert probe("fourier-entropy/out", 120)(lane) is None


def test_first_below_is_the_first_step_and_infinity_if_there_is_none() -> None:
    lane = made.lane("dense", 0, curves={"test_loss": {0: 3.0, 100: 0.09, 200: 0.2}})
    assert first_below("test_loss", 0.1)(lane) == 100
    assert first_below("test_loss", 0.01)(lane) == inf
    assert first_below("test_loss", 0.01)(replace(lane, end=None)) is None
