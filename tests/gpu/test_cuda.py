"""The engine on a CUDA device (`make gpu`): the same numbers as on a CPU, and nothing waits.

Every test fails where there is no device; `make test` leaves them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from grok_tui.engine.experiment import Experiment
from grok_tui.engine.graphs import Replayed
from grok_tui.engine.tasks.data import Placement
from grok_tui.protocol.arms import Arm, Subset, Teacher
from grok_tui.protocol.events import Measured
from grok_tui.protocol.models import Mlp, Perceptron, Transformer
from grok_tui.protocol.tasks import Digits, PolynomialRegression, SparseParity
from tests.engine import test_golden, tiny

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.models import Model
    from grok_tui.protocol.tasks import Task

pytestmark = pytest.mark.gpu
MODELS = (
    tiny.tiny().model,
    Mlp(d_embedding=24, d_hidden=20, embeddings=2, hidden_layers=2, activation="gelu"),
    tiny.TRANSFORMER,
    Transformer(positions=True, biases=True, heads=2),
)
QUICK = Arm(name="quick", learning_rate=2e-2, weight_decay=0.5)
POPUP = Arm(name="popup", method="edge-popup", pruning_rate=0.5, scope="layer")
HARD = Arm(name="hard", subset=Subset(score="el2n", fraction=0.5, arms=("dense",), at=10))
STUDENT = Arm(name="student", teacher=Teacher(arm="dense", at=40, features=2.0))


def on_cuda(config: Config) -> Experiment:
    """The experiment of a config on the first device."""
    assert torch.cuda.is_available(), "these tests need a CUDA device"
    torch.backends.cuda.matmul.allow_tf32 = False
    return Experiment(
        config, Placement(torch.device("cuda"), getattr(torch, config.train.precision))
    )


def exact(model: Model, **train: Any) -> Config:
    """Arms of every kind with two seeds in float64."""
    arms = (tiny.DENSE, QUICK, tiny.RANDOM, tiny.TICKET, POPUP, HARD, STUDENT)
    config = tiny.tiny(arms, seeds=(0, 1), precision="float64", **train)
    return msgspec.structs.replace(config, model=model)


def measured(events: Sequence[AnyEvent]) -> list[Measured]:
    return [event for event in events if isinstance(event, Measured)]


@pytest.mark.parametrize("model", MODELS)
def test_a_run_on_a_gpu_has_the_numbers_of_one_on_a_cpu(model: Model) -> None:
    config = exact(model, steps=120)
    there, here = tiny.run_on(on_cuda(config), begin=True), tiny.run(config)
    assert [type(event) for event in there] == [type(event) for event in here]
    for event, other in zip(measured(there), measured(here), strict=True):
        assert (event.arm, event.seed, event.step) == (other.arm, other.seed, other.step)
        assert event.train_loss == pytest.approx(other.train_loss, rel=1e-7)
        assert event.test_loss == pytest.approx(other.test_loss, rel=1e-7)
        assert event.l1_norm == pytest.approx(other.l1_norm, rel=1e-9)
        assert event.train_accuracy == other.train_accuracy


@pytest.mark.parametrize("task", [SparseParity(), PolynomialRegression(), Digits()])
def test_rows_of_numbers_are_learnt_there_as_here(task: Task) -> None:
    config = tiny.tiny((tiny.DENSE, tiny.RANDOM), (0, 1), steps=50, precision="float64")
    config = msgspec.structs.replace(config, task=task, model=Perceptron(widths=(30, 20)))
    there, here = tiny.run_on(on_cuda(config), begin=True), tiny.run(config)
    for event, other in zip(measured(there), measured(here), strict=True):
        assert event.train_loss == pytest.approx(other.train_loss, rel=1e-7)
        assert event.test_accuracy == pytest.approx(other.test_accuracy, rel=1e-7)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("model", MODELS)
def test_the_same_lanes_have_the_same_bits_twice(model: Model, precision: str) -> None:
    config = msgspec.structs.replace(
        exact(model), train=msgspec.structs.replace(exact(model).train, precision=precision)
    )
    once, again = (measured(tiny.run_on(on_cuda(config), begin=True)) for _ in range(2))
    for event, other in zip(once, again, strict=True):
        assert msgspec.structs.replace(event, seconds=0.0) == msgspec.structs.replace(
            other, seconds=0.0
        )


def test_the_golden_trajectory_holds() -> None:
    lanes = on_cuda(test_golden.CONFIG)
    events = tiny.run_on(lanes, begin=True, until=400)
    [dense] = [lane for lane in lanes.finished if lane.arm == "dense"]
    reference = load_file(test_golden.FILE)
    for name, view in lanes.layout.views(dense.rows.weights).items():
        assert torch.allclose(view.cpu(), reference[f"final.{name}"], rtol=1e-7, atol=1e-10), name
    assert len(tiny.measured(events, "ticket")) == 101


@pytest.mark.parametrize("model", MODELS)
def test_no_step_and_no_measurement_waits_for_the_device(model: Model) -> None:
    lanes = on_cuda(msgspec.structs.replace(exact(model), train=tiny.tiny(steps=5000).train))
    lanes.begin()
    lanes.advance(1)
    due = {lane: range(0, 50, 10) for lane in lanes.running.values()}
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        flight = lanes.stack.launch(50, due)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(flight.readings()) == 5 * len(due)


def test_all_lanes_of_a_gpu_are_one_recorded_block() -> None:
    lanes = on_cuda(tiny.tiny((tiny.DENSE, tiny.RANDOM), seeds=range(8)))
    lanes.begin()
    [block] = lanes.stack._blocks
    assert isinstance(block, Replayed)
    assert len(block.lanes) == 16
    assert lanes.stack.ahead == 1


def test_lanes_that_do_not_fit_are_split_and_train_on() -> None:
    config = tiny.tiny(seeds=range(32), steps=20)
    config = msgspec.structs.replace(
        config, task=msgspec.structs.replace(config.task, p=97), model=Transformer()
    )
    whole = on_cuda(config)
    whole.begin()
    torch.cuda.synchronize()
    used = torch.cuda.max_memory_allocated()
    del whole
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(0.8 * used / total)
    try:
        split = on_cuda(config)
        events = tiny.run_on(split, begin=True)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert len([event for event in measured(events) if event.step == 20]) == 32
