"""What an arm waits for before it can start: the first thing that is not there yet."""

from __future__ import annotations

import pytest

from grok_tui.monitor.awaiting import awaited
from grok_tui.monitor.history import EMPTY, fold
from grok_tui.protocol.arms import Arm, MaskFrom, ScaleTo, Subset, Teacher
from grok_tui.protocol.config import Config
from tests import fakes

FATE = fakes.Fate(40, 1000)


def waits(arm: Arm, last: int | None) -> str:
    """What the arm waits for when dense has come to this step; None: nothing has begun."""
    config = Config(title="Waiting", arms=(Arm(name="dense"), arm), train=fakes.config().train)
    found = [] if last is None else fakes.lane_events(config, "dense", 0, fate=FATE, last=last)
    return awaited(config, fold(EMPTY, found), arm)


def ticket(at: str | int, plus: int = 0) -> Arm:
    source = MaskFrom(arm="dense", at=at, plus=plus)  # type: ignore[arg-type]
    return Arm(name="x", method="magnitude", pruning_rate=0.6, mask_from=source)


@pytest.mark.parametrize(
    ("arm", "last", "words"),
    [
        (ticket("init"), None, "waiting for dense to start"),
        (ticket("init"), 0, "waiting to start"),
        (ticket("memorised"), 5, "waiting for dense to memorise"),
        (ticket("memorised"), 60, "waiting to start"),
        (ticket("memorised", 30), 50, "waiting for dense at step 70"),
        (ticket("generalised", 333), 60, "waiting for dense to generalise"),
        (ticket("final"), 60, "waiting for dense to finish"),
        (ticket(80), 60, "waiting for dense to reach step 80"),
        (ticket(80, 10), 85, "waiting for dense to reach step 90"),
        (ticket(80), 80, "waiting to start"),
        (Arm(name="x", scale_to=ScaleTo(arm="dense")), None, "waiting for dense to start"),
        (Arm(name="x", teacher=Teacher(arm="dense")), 60, "waiting for dense to generalise"),
        (
            Arm(name="x", teacher=Teacher(arm="dense", at="memorised", plus=50)),
            60,
            "waiting for dense at step 90",
        ),
        (
            Arm(name="x", subset=Subset(score="el2n", arms=("dense",), at=70)),
            60,
            "waiting for dense to reach step 70",
        ),
        (
            Arm(name="x", rewind_to=70, rewind_arm="dense"),
            60,
            "waiting for dense to reach step 70",
        ),
        (Arm(name="x"), None, "waiting to start"),
    ],
)
def test_an_arm_waits_for_the_first_thing_that_is_not_there(
    arm: Arm, last: int | None, words: str
) -> None:
    assert waits(arm, last) == words


def test_what_is_there_keeps_nobody_waiting() -> None:
    both = Arm(
        name="x",
        method="magnitude",
        pruning_rate=0.6,
        mask_from=MaskFrom(arm="dense", at="memorised"),
        teacher=Teacher(arm="dense"),
    )
    assert waits(both, 5) == "waiting for dense to memorise"
    assert waits(both, 60) == "waiting for dense to generalise"


def test_an_arm_that_has_ended_keeps_nobody_waiting() -> None:
    config = fakes.config()
    found = fakes.lane_events(config, "dense", 0)
    late = ticket("generalised", 4000)
    assert awaited(config, fold(EMPTY, found), late) == "waiting to start"
    assert awaited(config, fold(EMPTY, found[:-1]), late) == "waiting for dense at step 5149"
