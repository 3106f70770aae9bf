"""A checkpoint holds everything of every kind of arm: what is restored goes on bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from grok_tui.engine import state
from grok_tui.errors import PresetError
from grok_tui.protocol.arms import Arm, MaskFrom, Scores, Subset, Teacher
from grok_tui.protocol.config import Config
from grok_tui.protocol.events import AnyEvent, Series
from grok_tui.protocol.probing import Probe
from grok_tui.protocol.tasks import ModularMultiplication
from tests.engine import tiny

if TYPE_CHECKING:
    from grok_tui.engine.experiment import Experiment

POPUP = Arm(
    name="popup",
    method="edge-popup",
    pruning_rate=0.5,
    scope="layer",
    rewind_to=20,
    rewind_arm="dense",
    scores=Scores(freeze_weights=False),
)
HARD = Arm(name="hard", subset=Subset(score="el2n", fraction=0.5, arms=("dense", "other"), at=10))
EASY = Arm(name="easy", subset=Subset(score="random", keep="easiest", fraction=0.5))
OTHER = Arm(name="other", init="redrawn", steps=30)
STUDENT = Arm(name="student", teacher=Teacher(arm="dense", at=40, features=2.0))
CARRIED = Arm(
    name="carried",
    method="magnitude",
    pruning_rate=0.6,
    mask_from=MaskFrom(arm="dense", at=25),
    task=ModularMultiplication(p=13, train_fraction=0.8),
)
ARMS = (tiny.DENSE, OTHER, POPUP, HARD, EASY, STUDENT, CARRIED, tiny.TICKET, tiny.SHUFFLE)


def everything() -> Config:
    config = tiny.tiny(ARMS, (2,), log="every-step")
    probes = (Probe(probe="mask-distance", every=7), Probe(probe="norms", every=10))
    return Config(
        **{name: getattr(config, name) for name in config.__struct_fields__ if name != "probes"},
        probes=probes,
    )


def restored(lanes: Experiment) -> Experiment:
    """The experiment as a checkpoint has it."""
    made, tensors = state.capture(lanes, "", 0.0)
    copied = {name: tensor.clone() for name, tensor in tensors.items()}
    return state.restore(lanes.config, lanes.placement, lambda: 0.0, made, copied)


@pytest.mark.parametrize("steps", [15, 33, 61])
def test_an_experiment_goes_on_from_any_step_as_if_nothing_had_happened(steps: int) -> None:
    whole = tiny.experiment(everything())
    events = tiny.run_on(whole, begin=True)
    parted = tiny.experiment(everything())
    before = tiny.run_on(parted, begin=True, until=steps)
    before += parted.read()
    taken_on = restored(parted)
    after = tiny.run_on(taken_on)
    assert told(before + after) == told(events)
    for lane, other in zip(parted.finished + taken_on.finished, whole.finished, strict=True):
        assert lane.key == other.key
        assert torch.equal(lane.network(), other.network())
        assert torch.equal(lane.start, other.start)


@pytest.mark.parametrize(("frozen", "updates"), [(True, 0), (False, 12)])
def test_weights_that_are_frozen_have_had_no_update_after_a_resume_either(
    frozen: bool, updates: int
) -> None:
    scores = Scores(freeze_weights=frozen)
    popup = Arm(name="popup", method="edge-popup", pruning_rate=0.5, scope="layer", scores=scores)
    lanes = tiny.experiment(tiny.tiny((popup,)))
    tiny.run_on(lanes, begin=True, until=12)
    lanes.read()
    for one in (lanes, restored(lanes)):
        lane = one.running["popup", 0]
        assert lane.popup is not None
        assert (int(lane.rows.updates), int(lane.popup.rows.updates)) == (updates, 12)


def test_a_checkpoint_of_format_1_is_taken_on() -> None:
    """It had one split for all arms of a seed, and no masks of points that others need."""
    whole = tiny.run(tiny.tiny((tiny.DENSE, tiny.TICKET), (3,)))
    parted = tiny.experiment(tiny.tiny((tiny.DENSE, tiny.TICKET), (3,)))
    before = tiny.run_on(parted, begin=True, until=40) + parted.read()
    made, tensors = state.capture(parted, "", 0.0)
    old = msgspec.structs.replace(made, format=1, splits={"3": made.splits["dense/3"]})
    kept = {name: part for name, part in tensors.items() if not name.endswith("/mask")}
    kept |= {name: part for name, part in tensors.items() if name.startswith("lane/")}
    taken_on = state.restore(parted.config, parted.placement, lambda: 0.0, old, kept)
    assert told(before + tiny.run_on(taken_on)) == told(whole)


def test_a_subset_that_keeps_nothing_is_said_so() -> None:
    nothing = Arm(name="hard", subset=Subset(score="random", fraction=0.001))
    with pytest.raises(PresetError, match=r"hard\.subset\.fraction: it keeps none of 72"):
        tiny.run(tiny.tiny((nothing,)))


def told(events: list[AnyEvent]) -> list[AnyEvent]:
    """The events; a launch that is cut in two tells the same in the same order."""
    return sorted(events, key=repr)


def test_distances_to_the_last_mask_are_told_at_the_end() -> None:
    events = tiny.run(everything())
    series = [event for event in events if isinstance(event, Series) and event.arm == "dense"]
    assert [event.name for event in series[:2]] == [
        "mask-distance/to-last",
        "mask-distance/to-last/chance",
    ]
    assert series[0].steps == (0, 7, 14, 21, 28, 35, 42, 49, 56, 60)
    assert series[0].values[-1] == 0
    assert series[0].values[0] > series[0].values[-2] > 0
