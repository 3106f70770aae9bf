"""What an arm may say for itself: how it trains, what it learns, where its weights come from."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
import torch

from grok_tui.protocol.arms import Arm, MaskFrom
from grok_tui.protocol.events import LaneStarted
from grok_tui.protocol.models import Mlp
from grok_tui.protocol.tasks import ModularMultiplication, ModularSubtraction
from tests.engine import tiny

MULTIPLIED = ModularMultiplication(p=13, train_fraction=0.8)


def test_an_arm_trains_with_its_own_steps_rate_and_decay() -> None:
    own = Arm(name="own", steps=20, learning_rate=1e-3, weight_decay=0.0)
    events = tiny.run(tiny.tiny((tiny.DENSE, own)))
    assert tiny.ended(events, "own").step == 20
    assert tiny.ended(events, "dense").step == 60
    alone = tiny.run(tiny.tiny((Arm(name="own"),), steps=20, learning_rate=1e-3, weight_decay=0.0))
    assert tiny.values(events, "own") == tiny.values(alone, "own")


def test_an_arm_may_learn_another_task_from_the_same_initial_weights() -> None:
    other = Arm(name="other", task=MULTIPLIED)
    events = tiny.run(tiny.tiny((tiny.DENSE, other)))
    alone = tiny.run(msgspec.structs.replace(tiny.tiny((Arm(name="other"),)), task=MULTIPLIED))
    assert tiny.values(events, "other") == tiny.values(alone, "other")
    assert tiny.started(events, "other").task == "modular-multiplication"
    assert tiny.started(events, "dense").task == ""


def test_a_mask_is_carried_from_one_task_to_another() -> None:
    carried = msgspec.structs.replace(tiny.TICKET, name="carried", task=MULTIPLIED)
    lanes = tiny.experiment(tiny.tiny((tiny.DENSE, tiny.TICKET, carried)))
    events = tiny.run_on(lanes, begin=True)
    ticket, other = (tiny.started(events, name) for name in ("ticket", "carried"))
    assert [layer.kept for layer in ticket.layers] == [layer.kept for layer in other.layers]
    assert ticket.l1_ratio == other.l1_ratio
    finished = {lane.arm: lane for lane in lanes.finished}
    assert torch.equal(finished["ticket"].rows.mask, finished["carried"].rows.mask)
    assert torch.equal(finished["ticket"].start, finished["carried"].start)
    assert finished["ticket"].data.sha256 == finished["carried"].data.sha256  # the same pairs
    labels = [finished[name].data.train.labels for name in ("ticket", "carried")]
    assert not torch.equal(*labels)


def test_redrawn_weights_have_the_law_but_not_the_values_of_the_others() -> None:
    redrawn = msgspec.structs.replace(tiny.TICKET, name="redrawn", init="redrawn")
    lanes = tiny.experiment(tiny.tiny((tiny.DENSE, tiny.TICKET, redrawn), (0, 1)))
    tiny.run_on(lanes, begin=True)
    lane = {found.key: found for found in lanes.finished}
    ticket, other = lane["ticket", 0], lane["redrawn", 0]
    assert torch.equal(ticket.rows.mask, other.rows.mask)
    kept = ticket.rows.mask > 0
    assert not (ticket.start[kept] == other.start[kept]).any()
    assert float(other.start[kept].std()) == pytest.approx(float(ticket.start[kept].std()), rel=0.3)
    assert not torch.equal(other.start[kept], lane["redrawn", 1].start[kept])


def test_iterative_pruning_removes_more_each_round_and_nothing_returns() -> None:
    rounds = []
    for number, rate in enumerate((0.2, 0.5, 0.8)):
        source = MaskFrom(arm=f"round-{number - 1}" if number else "dense", at=30)
        name = f"round-{number}"
        rounds.append(Arm(name=name, method="magnitude", pruning_rate=rate, mask_from=source))
    lanes = tiny.experiment(tiny.tiny((tiny.DENSE, *rounds)))
    tiny.run_on(lanes, begin=True)
    lane = {found.arm: found for found in lanes.finished}
    masks = [lanes.layout.packed(lane[f"round-{number}"].rows.mask) for number in range(3)]
    assert [int(mask.sum()) for mask in masks] == [1584 - round(k * 1584) for k in (0.2, 0.5, 0.8)]
    for earlier, later in itertools.pairwise(masks):
        assert (later <= earlier).all()
    for number in range(3):
        one = lane[f"round-{number}"]
        assert torch.equal(one.start, lane["dense"].start * one.rows.mask)


def test_it_may_rewind_to_a_later_step_of_another_arm() -> None:
    arm = msgspec.structs.replace(tiny.TICKET, name="late", rewind_to=10, rewind_arm="dense")
    lanes = tiny.experiment(tiny.tiny((tiny.DENSE, arm)))
    events = tiny.run_on(lanes, begin=True)
    assert tiny.started(events, "late").rewind_step == 10
    short = tiny.experiment(tiny.tiny((tiny.DENSE,), steps=10))
    tiny.run_on(short, begin=True)
    late = next(lane for lane in lanes.finished if lane.arm == "late")
    assert torch.equal(late.start, short.finished[0].rows.weights * late.rows.mask)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_pruned_weights_are_zero_after_every_step_of_every_arm(precision: Any) -> None:
    arms = tuple(
        Arm(name=name, method=name, pruning_rate=0.37)
        for name in ("random", "snip", "grasp", "synflow")
    )
    lanes = tiny.experiment(tiny.tiny((*tiny.ALL, *arms), precision=precision))
    events = lanes.begin()
    while lanes.running:
        for lane in lanes.running.values():
            assert not lane.rows.weights[lane.rows.mask == 0].any()
            assert ((lane.rows.mask == 0) | (lane.rows.mask == 1)).all()
        events += lanes.advance(1)
    for started in (event for event in events if isinstance(event, LaneStarted)):
        if started.method in ("random", "snip", "grasp", "synflow") and started.arm != "random":
            assert started.kept == 1584 - round(0.37 * 1584)


def test_a_seed_gives_every_arm_of_a_task_the_same_test_set() -> None:
    """A lane that starts from another's weights, or is scored or taught by it, never meets a test
    pair that the other was trained on."""
    ordered = msgspec.structs.replace(
        tiny.tiny(
            (*tiny.ALL, msgspec.structs.replace(tiny.TICKET, name="rewound", rewind_to=30)), (0, 3)
        ),
        task=ModularSubtraction(p=13, train_fraction=0.8),
        model=Mlp(d_embedding=24, d_hidden=20, embeddings=2),
    )
    lanes = tiny.experiment(ordered)
    events = tiny.run_on(lanes, begin=True)
    for seed in (0, 3):
        splits = {e.split_sha256 for e in events if isinstance(e, LaneStarted) and e.seed == seed}
        assert len(splits) == 1
