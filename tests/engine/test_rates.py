"""Lanes of different learning rates and decays that step as one block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from grok_tui.engine import optimizer
from grok_tui.engine.lanes import Rows
from grok_tui.engine.optimizer import AdamW
from grok_tui.engine.stack import Stack
from grok_tui.protocol.arms import Arm, Scores, Subset
from grok_tui.protocol.config import Train
from grok_tui.protocol.events import Measured
from tests.engine import tiny

if TYPE_CHECKING:
    from grok_tui.engine.experiment import Experiment
    from grok_tui.protocol.config import Config

QUICK = Arm(name="quick", learning_rate=2e-2)
FREE = Arm(name="free", weight_decay=0.0)
PRUNED = msgspec.structs.replace(tiny.RANDOM, learning_rate=2e-2, weight_decay=0.5)
POPUP = Arm(name="popup", method="edge-popup", pruning_rate=0.5, scope="layer")
SLOW = msgspec.structs.replace(POPUP, name="slow", scores=Scores(learning_rate=3e-3))
THAWED = msgspec.structs.replace(
    POPUP, name="thawed", scores=Scores(freeze_weights=False, weight_decay=0.0)
)
BOTH = msgspec.structs.replace(THAWED, name="both", learning_rate=2e-2)
FEWER = Arm(name="fewer", subset=Subset(score="random", fraction=0.5))
ARMS = (tiny.DENSE, QUICK, FREE, PRUNED, POPUP, SLOW, THAWED, BOTH, FEWER)


def as_one(config: Config) -> Experiment:
    """The experiment as a GPU trains it: as few blocks as shapes allow."""
    lanes = tiny.experiment(config)
    lanes.stack = Stack(lanes.layout, lanes.model, width=100)
    return lanes


def test_they_share_a_block_unless_shapes_differ() -> None:
    lanes = as_one(tiny.tiny(ARMS, seeds=(0, 1)))
    lanes.begin()
    blocks = [sorted({lane.arm for lane in block.lanes}) for block in lanes.stack._blocks]
    assert sorted(blocks) == [
        ["both", "thawed"],
        ["dense", "free", "quick", "random"],
        ["fewer"],
        ["popup", "slow"],
    ]


def test_each_goes_where_it_goes_alone() -> None:
    config = tiny.tiny(ARMS, seeds=(0, 1), precision="float64", steps=25)
    alone = {(one.arm, one.seed, one.step): one for one in numbers(tiny.experiment(config))}
    together = numbers(as_one(config))
    assert len(together) == len(alone)
    for event in together:
        other = alone[event.arm, event.seed, event.step]
        assert event.train_loss == pytest.approx(other.train_loss, rel=1e-7)
        assert event.l2_norm == pytest.approx(other.l2_norm, rel=1e-9)
    ends = {one.arm: one.l2_norm for one in together if one.seed == 0 and one.step == 25}
    assert len(set(ends.values())) == len(ARMS), "the rates were not their own"


def numbers(lanes: Experiment) -> list[Measured]:
    return [one for one in tiny.run_on(lanes, begin=True) if isinstance(one, Measured)]


def test_the_update_of_a_lane_has_the_bits_that_it_has_alone() -> None:
    noise = torch.Generator().manual_seed(0)
    trains = [
        Train(learning_rate=rate, weight_decay=decay)
        for rate, decay in ((1e-3, 1.0), (3e-3, 1.0), (1e-3, 1.0), (1e-3, 0.0), (3e-3, 1.0))
    ]
    rows = []
    for _ in trains:
        row = Rows.start(*(torch.randn(48, generator=noise) for _ in range(2)))
        row.gradient.copy_(torch.randn(48, generator=noise))
        rows.append(row)
    single = [row.copy() for row in rows]
    calls = optimizer.together(trains, rows)
    assert len(calls) == 3, "equal lanes share a call"
    for _ in range(5):
        for call in calls:
            call.update()
        for train, row in zip(trains, single, strict=True):
            AdamW(train).bind([row]).update()
    for row, own in zip(rows, single, strict=True):
        assert torch.equal(row.weights, own.weights)
        assert torch.equal(row.second, own.second)
        assert float(row.updates) == 5
