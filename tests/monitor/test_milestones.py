"""Phases in words on hand-made curves; progress, speed and time to go by the log's own seconds."""

from __future__ import annotations

import msgspec
import pytest

from grok_tui.monitor.history import EMPTY, History, LaneHistory, fold
from grok_tui.monitor.milestones import (
    duration,
    lane_fraction,
    lane_speed,
    longest,
    phase,
    planned,
    progress,
)
from grok_tui.protocol.events import AnyEvent, LaneFinished, Measured, Reached, Reason
from grok_tui.protocol.tasks import Digits
from tests import fakes

CONFIG = fakes.config(only=("dense",))
DENSE = CONFIG.arms[0]
FATE = fakes.Fate(42, 1141)


def measured(step: int, *, test: float = 0.0, seconds: float | None = None) -> Measured:
    event = fakes.measured("dense", 0, step, FATE)
    when = step / 100 if seconds is None else seconds
    return msgspec.structs.replace(event, test_accuracy=test, seconds=when)


def reached(milestone: str, step: int) -> Reached:
    return Reached(arm="dense", seed=0, milestone=milestone, step=step, resolution=1)  # type: ignore[arg-type]


def ended(step: int, reason: Reason) -> LaneFinished:
    return LaneFinished(arm="dense", seed=0, step=step, reason=reason)


def lane(*found: AnyEvent) -> LaneHistory:
    return fold(EMPTY, found).lanes["dense", 0]


START = fakes.lane_started(CONFIG, "dense", 0, FATE)
MEM, GEN = reached("memorised", 42), reached("generalised", 1141)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([START], "memorising"),
        ([measured(3)], "memorising"),
        ([START, measured(50, test=0.9)], "memorising"),
        ([START, measured(42), MEM], "memorised since step 42"),
        ([START, MEM], "memorised since step 42"),
        ([START, MEM, measured(500, test=0.475)], "memorised since step 42"),
        ([START, MEM, measured(500, test=0.48)], "generalising"),
        ([START, MEM, GEN, measured(1200, test=0.2)], "generalised at step 1141"),
        ([START, MEM, GEN, ended(1441, "generalised")], "generalised at step 1141"),
        ([START, MEM, GEN, ended(1200, "stopped")], "generalised at step 1141"),
        ([START, MEM, GEN, ended(1200, "diverged")], "diverged at step 1200"),
        ([START, ended(500, "steps")], "not memorised in 500 steps"),
        ([START, MEM, ended(5000, "steps")], "not generalised in 5000 steps"),
        ([START, MEM, ended(80, "stopped")], "stopped at step 80"),
        ([START, MEM, ended(80, "halted")], "halted at step 80"),
        ([START, ended(7, "diverged")], "diverged at step 7"),
        ([ended(0, "unavailable")], "did not run"),
    ],
)
def test_a_phase_says_where_a_lane_stands(found: list[AnyEvent], words: str) -> None:
    assert phase(CONFIG, DENSE, lane(*found)) == words


def test_a_lane_that_has_not_begun_waits() -> None:
    assert phase(CONFIG, DENSE, None) == "waiting"
    assert phase(CONFIG, DENSE, LaneHistory("dense", 0)) == "waiting"


def test_the_plan_shrinks_when_a_lane_generalises() -> None:
    assert planned(CONFIG, DENSE, None) == 5000
    assert planned(CONFIG, DENSE, lane(START)) == 5000
    assert planned(CONFIG, DENSE, lane(START, GEN)) == 1441
    assert planned(CONFIG, DENSE, lane(START, reached("generalised", 4900))) == 5000
    assert planned(CONFIG, DENSE, lane(START, ended(0, "unavailable"))) == 1
    train = msgspec.structs.replace(CONFIG.train, stop_after_generalised=0)
    assert planned(msgspec.structs.replace(CONFIG, train=train), DENSE, lane(START, GEN)) == 5000


def test_an_arm_may_have_a_plan_of_its_own() -> None:
    own = msgspec.structs.replace(DENSE, steps=900, stop_after_generalised=50)
    config = msgspec.structs.replace(CONFIG, arms=(DENSE, own))
    assert planned(config, own, None) == 900
    assert planned(config, own, lane(START, reached("generalised", 100))) == 150
    assert lane_fraction(config, own, lane(START, measured(450))) == 0.5
    assert longest(config) == 5000
    assert longest(msgspec.structs.replace(CONFIG, arms=(own,))) == 900


def test_generalising_is_half_way_to_the_threshold_of_the_task() -> None:
    config = msgspec.structs.replace(CONFIG, task=Digits(test_threshold=0.6))
    assert config.thresholds_of(DENSE) == (0.95, 0.6)
    assert phase(config, DENSE, lane(START, MEM, measured(500, test=0.3))) == (
        "memorised since step 42"
    )
    assert phase(config, DENSE, lane(START, MEM, measured(500, test=0.31))) == "generalising"
    own = msgspec.structs.replace(DENSE, task=Digits(test_threshold=0.9))
    assert phase(config, own, lane(START, MEM, measured(500, test=0.31))) == (
        "memorised since step 42"
    )


def test_a_fraction_is_of_the_plan_and_one_at_the_end() -> None:
    assert lane_fraction(CONFIG, DENSE, None) == 0
    assert lane_fraction(CONFIG, DENSE, lane(START, measured(2500))) == 0.5
    assert lane_fraction(CONFIG, DENSE, lane(START, measured(9999))) == 1
    assert lane_fraction(CONFIG, DENSE, lane(ended(3, "diverged"))) == 1


def test_speed_is_of_the_last_half_minute() -> None:
    slow = [measured(step, seconds=step) for step in range(50)]
    fast = [measured(50 + step, seconds=50 + step / 10) for step in range(0, 400, 10)]
    assert lane_speed(lane(*slow, *fast)) == pytest.approx(10)
    assert lane_speed(lane(*slow)) == pytest.approx(1)


def test_speed_over_a_long_gap_is_of_that_gap() -> None:
    assert lane_speed(lane(measured(0, seconds=0), measured(600, seconds=60))) == 10


@pytest.mark.parametrize("found", [[], [measured(5)], [measured(5), measured(9, seconds=-4.0)]])
def test_no_speed_without_time_between(found: list[Measured]) -> None:
    assert lane_speed(lane(START, *found)) is None


def history(*found: AnyEvent) -> History:
    return fold(EMPTY, found)


def test_progress_counts_every_lane_that_is_planned() -> None:
    config = fakes.config(only=("dense", "random-mask"), seeds=(0, 1))
    now = progress(config, history(*fakes.lane_events(config, "dense", 0)))
    assert (now.lanes_done, now.lanes, now.fraction) == (1, 4, 0.25)
    assert now.speed is None
    assert now.eta is None


def test_time_to_go_is_what_is_left_at_the_speed_so_far() -> None:
    now = progress(CONFIG, history(START, *(measured(step) for step in range(0, 1001, 100))))
    assert now.speed == pytest.approx(100)
    assert now.eta == pytest.approx(40)
    assert now.fraction == pytest.approx(0.2)


def test_no_time_to_go_in_the_first_ten_measurements() -> None:
    now = progress(CONFIG, history(START, *(measured(step) for step in range(9))))
    assert now.speed == pytest.approx(100)
    assert now.eta is None


def test_no_time_to_go_when_it_is_over() -> None:
    found: list[AnyEvent] = [START, *(measured(step) for step in range(0, 1001, 50))]
    now = progress(CONFIG, history(*found, fakes.finished(found, "stopped")))
    assert now.eta is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (48.4, "48 s"),
        (99, "99 s"),
        (100, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7800, "2 h 10 min"),
        (86400 * 4 + 5, "4 d"),
    ],
)
def test_a_duration_is_a_few_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
