"""One step against the plain writing of it: what it calls, update, mask."""

from __future__ import annotations

import math

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from grok_tui.engine import models
from grok_tui.engine.lanes import Rows
from grok_tui.engine.optimizer import AdamW
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.config import Config, Train
from grok_tui.protocol.models import Mlp
from tests.engine import tiny


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """The names of all operations that reach a kernel."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.names.append(func.name())
        return func(*args, **(kwargs or {}))


def test_a_step_waits_for_no_number_and_makes_few_calls() -> None:
    lanes = tiny.experiment(tiny.tiny())
    lanes.begin()
    lanes.advance(1)
    with Operations() as operations:
        lanes.stack.launch(1, {})
    assert "aten::addmm.out" in operations.names
    assert "aten::_local_scalar_dense" not in operations.names
    views = ("aten::transpose", "aten::t", "aten::slice", "aten::view", "aten::detach")
    calls = [name for name in operations.names if not name.startswith(views)]
    assert len(calls) < 45


def test_the_fused_update_is_adamw_as_written_out() -> None:
    train = Train(learning_rate=3e-3, weight_decay=0.7, betas=(0.9, 0.98), epsilon=1e-8)
    noise = torch.Generator().manual_seed(6)
    start = torch.randn(64, generator=noise, dtype=torch.float64)
    rows = Rows.start(start.clone(), torch.ones_like(start))
    bound = AdamW(train).bind([rows])
    weights, first, second = start.clone(), torch.zeros_like(start), torch.zeros_like(start)
    for update in range(1, 6):
        gradient = torch.randn(64, generator=noise, dtype=torch.float64)
        rows.gradient.copy_(gradient)
        bound.update()
        weights = weights * (1 - 3e-3 * 0.7)
        first = 0.9 * first + 0.1 * gradient
        second = 0.98 * second + 0.02 * gradient**2
        corrected = (second / (1 - 0.98**update)).sqrt() + 1e-8
        weights = weights - 3e-3 * (first / (1 - 0.9**update)) / corrected
        assert torch.allclose(rows.weights, weights, rtol=1e-12, atol=1e-14)


def test_initial_weights_have_the_deviation_of_their_own_width() -> None:
    config = Config(title="Init", arms=(Arm(name="dense"),), model=Mlp(init_scale=2.0))
    drawn = models.build(config).initial(0)
    widths = {"W_E": 67, "W_in": 500, "W_out": 48, "W_U": 500}
    for name, d_in in widths.items():
        assert drawn[name].dtype == torch.float32
        assert float(drawn[name].std()) == pytest.approx(2 / math.sqrt(d_in), rel=0.03), name


def test_pruned_weights_are_exactly_zero_after_every_step_and_decay() -> None:
    lanes = tiny.experiment(tiny.tiny((tiny.RANDOM,)))
    lanes.begin()
    lane = lanes.running["random", 0]
    gone = lane.rows.mask == 0
    for _ in range(50):
        lanes.advance(1)
        assert (lane.rows.weights[gone] == 0).all()
        assert int((lane.rows.weights != 0).sum()) == int(lane.rows.mask.sum())
