"""The plain writing trains what the engine trains: without that, no ratio would mean anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from benchmarks import sides
from grok_tui.engine.experiment import Experiment
from grok_tui.engine.tasks.data import Placement
from grok_tui.protocol.events import Measured
from tests.benchmarks.small import SMALL

if TYPE_CHECKING:
    from grok_tui.protocol.benchmark import ArmName, ModelName

STEPS = 12


def close(found: float, wanted: float) -> bool:
    return found == pytest.approx(wanted, rel=1e-9)


@pytest.mark.long
@pytest.mark.parametrize("arm", ["dense", "masked"])
@pytest.mark.parametrize("model", ["mlp", "transformer"])
def test_both_sides_take_the_same_steps(model: ModelName, arm: ArmName) -> None:
    precise = msgspec.structs.replace(SMALL[model].train, precision="float64")
    config = msgspec.structs.replace(SMALL[model], train=precise)
    workload = sides.workload(config, arm, 1, "every-step")
    experiment = Experiment(workload, Placement(torch.device("cpu"), torch.float64))
    events = experiment.begin()
    (lane,) = experiment.running.values()
    plain = sides.training(experiment, lane)
    while lane.step < STEPS:
        events += experiment.advance(STEPS - lane.step)
        assert lane.step <= STEPS
    events += experiment.read()
    for _ in range(STEPS + 1):
        plain.step()
    measured = [event for event in events if isinstance(event, Measured)]
    assert [event.step for event in measured] == list(range(STEPS + 1))
    for event, numbers in zip(measured, plain.log, strict=True):
        assert close(event.train_loss, numbers["train_loss"])
        assert close(event.test_loss, numbers["test_loss"])
        assert event.train_accuracy == pytest.approx(numbers["train_accuracy"], abs=1e-6)
        assert event.test_accuracy == pytest.approx(numbers["test_accuracy"], abs=1e-6)
        norms = {name: number for name, number in numbers.items() if name.startswith("l1/")}
        assert close(event.l1_norm, sum(norms.values()))
        assert len(norms) == len(config.shapes())
    assert measured[-1].train_loss < measured[0].train_loss


@pytest.mark.parametrize("model", ["mlp", "transformer"])
def test_a_mask_changes_what_is_computed(model: ModelName) -> None:
    logs = []
    for arm in ("dense", "masked"):
        workload = sides.workload(SMALL[model], arm, 1, "grid")
        experiment = Experiment(workload, Placement(torch.device("cpu"), torch.float32))
        experiment.begin()
        plain = sides.training(experiment, *experiment.running.values())
        plain.step()
        logs.append(plain.log[0])
    assert logs[0]["l1/W_E"] > 1.5 * logs[1]["l1/W_E"]
    assert logs[0]["train_loss"] != logs[1]["train_loss"]


def test_the_plain_side_leaves_the_weights_of_the_engine_alone() -> None:
    workload = sides.workload(SMALL["mlp"], "dense", 1, "grid")
    experiment = Experiment(workload, Placement(torch.device("cpu"), torch.float32))
    experiment.begin()
    (lane,) = experiment.running.values()
    before = lane.rows.weights.clone()
    sides.training(experiment, lane).step()
    assert torch.equal(lane.rows.weights, before)
