"""What a lane has come to, in words; how fast a run goes and when it will be done.

Time is the log's own `seconds`: training time, so that a replay gives what was seen live.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

WINDOW = 30.0
"""Seconds of training that the speed is taken over."""
FEWEST = 10
"""Measurements before which no time to go is given."""


def phase(config: Config, arm: Arm, lane: LaneHistory | None) -> str:
    """Where a lane of an arm stands, in a few words; "waiting" before it has started.

    waiting, memorising, memorised since step 42, generalising (memorised, and test accuracy over
    half its threshold), generalised at step 1141; for a lane that ended short of it: not memorised
    in 500 steps, not generalised in 5000 steps, stopped or halted at step 80, diverged at step 7,
    did not run.
    """
    if lane is None or (lane.start is None and not lane.steps and lane.end is None):
        return "waiting"
    if lane.end is not None and lane.end.reason == "diverged":
        return f"diverged at step {lane.end.step}"
    if lane.t_gen is not None:
        return f"generalised at step {lane.t_gen}"
    if lane.end is not None:
        return _ended(lane, lane.end.step, lane.end.reason)
    if lane.t_mem is None:
        return "memorising"
    if (lane.last("test_accuracy") or 0.0) > config.thresholds_of(arm)[1] / 2:
        return "generalising"
    return f"memorised since step {lane.t_mem}"


def _ended(lane: LaneHistory, step: int, reason: str) -> str:
    if reason == "unavailable":
        return "did not run"
    if reason in ("stopped", "halted"):
        return f"{reason} at step {step}"
    short_of = "memorised" if lane.t_mem is None else "generalised"
    return f"not {short_of} in {step} steps"


@dataclass(frozen=True)
class Progress:
    """How far a run has come. A lane step is one update of one lane."""

    fraction: float
    """0 to 1: of the lane steps that are planned, with ended lanes as done."""
    lanes_done: int
    lanes: int
    speed: float | None
    """Lane steps a second, over the last 30 seconds of training; None: cannot be told."""
    eta: float | None
    """Seconds of training still to come, at most, at that speed; None: too early to tell."""


def planned(config: Config, arm: Arm, lane: LaneHistory | None) -> int:
    """Steps that a lane of an arm will have trained at its end, as far as is known by now."""
    if lane is not None and lane.end is not None:
        return max(1, lane.end.step)
    train = config.train_of(arm)
    if lane is not None and lane.t_gen is not None and train.stop_after_generalised:
        return min(train.steps, lane.t_gen + train.stop_after_generalised)
    return train.steps


def longest(config: Config) -> int:
    """Most steps that any arm may train."""
    return max(config.train_of(arm).steps for arm in config.arms)


def lane_fraction(config: Config, arm: Arm, lane: LaneHistory | None) -> float:
    """How much of its steps a lane of an arm has done, 0 to 1; 1 once it has ended."""
    if lane is None:
        return 0.0
    if lane.end is not None:
        return 1.0
    return min(1.0, lane.step / planned(config, arm, lane))


def lane_speed(lane: LaneHistory) -> float | None:
    """Steps a second of one lane, over the last 30 seconds it trained; None: cannot be told."""
    if len(lane.steps) < 2:
        return None
    now = lane.seconds[-1]
    first = bisect_right(lane.seconds, now - WINDOW) - 1
    first = min(max(0, first), len(lane.steps) - 2)
    seconds = now - lane.seconds[first]
    return (lane.steps[-1] - lane.steps[first]) / seconds if seconds > 0 else None


def progress(config: Config, history: History) -> Progress:
    """How far the run has come, how fast it goes and how long it will take."""
    every = [
        (arm, history.lanes.get((arm.name, seed))) for arm in config.arms for seed in config.seeds
    ]
    lanes = [lane for _, lane in every]
    fractions = [lane_fraction(config, arm, lane) for arm, lane in every]
    left = sum(
        (1 - fraction) * planned(config, arm, lane)
        for (arm, lane), fraction in zip(every, fractions, strict=True)
    )
    training = [lane for lane in lanes if lane is not None and lane.end is None and lane.steps]
    speeds = [speed for speed in map(lane_speed, training) if speed]
    speed = sum(speeds) if speeds else None
    early = all(len(lane.steps) < FEWEST for lane in training)
    return Progress(
        fraction=sum(fractions) / len(fractions),
        lanes_done=sum(lane is not None and lane.end is not None for lane in lanes),
        lanes=len(lanes),
        speed=speed,
        eta=None if early or not speed or history.ended else left / speed,
    )


def duration(seconds: float) -> str:
    """A length of time in words of at most two units: 48 s, 3 min, 2 h 10 min, 4 d."""
    left = max(0, round(seconds))
    if left < 100:
        return f"{left} s"
    minutes = left // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} d"


def age(seconds: float) -> str:
    """How long ago, in one unit: it changes seldom and takes little room."""
    return " ".join(duration(max(0.0, seconds)).split()[:2])
