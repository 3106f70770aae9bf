"""The engine against a reference trajectory that other code computed, in float64."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file

from grok_tui.protocol.arms import Arm, MaskFrom
from grok_tui.protocol.config import Config, Train
from grok_tui.protocol.models import Mlp
from grok_tui.protocol.tasks import ModularAddition
from tests.engine import tiny

if TYPE_CHECKING:
    from grok_tui.engine.experiment import Experiment
    from grok_tui.protocol.events import AnyEvent

GOLDEN = Path(__file__).parents[1] / "golden"
FILE = str(GOLDEN / "mlp-add.safetensors")
CONFIG = Config(
    title="Golden",
    task=ModularAddition(train_fraction=0.5, split_from=FILE),
    model=Mlp(weights_from=FILE, weights_prefix="init."),
    arms=(
        Arm(name="dense"),
        Arm(
            name="ticket",
            method="magnitude",
            pruning_rate=0.6,
            mask_from=MaskFrom(arm="dense", at=300),
        ),
    ),
    train=Train(
        steps=300, learning_rate=3e-3, weight_decay=1.0, precision="float64", log="every-step"
    ),
)


@pytest.fixture(scope="module")
def trained() -> tuple[Experiment, list[AnyEvent]]:
    lanes = tiny.experiment(CONFIG)
    events = tiny.run_on(lanes, begin=True, until=400)
    return lanes, events


@pytest.mark.parametrize(("arm", "steps"), [("dense", 300), ("ticket", 100)])
def test_every_step_of_the_reference_is_met(
    trained: tuple[Experiment, list[AnyEvent]], arm: str, steps: int
) -> None:
    reference: list[dict[str, Any]] = json.loads((GOLDEN / "mlp-add.json").read_text())[arm]
    ours = tiny.measured(trained[1], arm)
    assert [event.step for event in ours[: steps + 1]] == list(range(steps + 1))
    assert len(reference) == steps + 1
    for event, row in zip(ours, reference, strict=False):
        for name in ("train_accuracy", "test_accuracy"):
            assert getattr(event, name) == row[name], (event.step, name)
        for name in ("train_loss", "test_loss", "l1_norm", "l2_norm"):
            assert getattr(event, name) == pytest.approx(row[name], rel=1e-7), (event.step, name)


def test_the_mask_is_equal_element_for_element(
    trained: tuple[Experiment, list[AnyEvent]],
) -> None:
    lane = trained[0].running["ticket", 0]
    reference = load_file(FILE)
    for name, view in trained[0].layout.views(lane.rows.mask).items():
        assert torch.equal(view.to(torch.uint8), reference[f"magnitude.{name}"]), name


def test_the_dense_lane_ends_with_the_reference_weights(
    trained: tuple[Experiment, list[AnyEvent]],
) -> None:
    assert tiny.ended(trained[1], "dense").step == 300
    lane = next(lane for lane in trained[0].finished if lane.arm == "dense")
    reference = load_file(FILE)
    for name, view in trained[0].layout.views(lane.rows.weights).items():
        assert torch.allclose(view, reference[f"final.{name}"], rtol=1e-9, atol=1e-12), name
