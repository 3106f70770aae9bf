"""One step against the plain writing of it: loss, gradients, update, mask."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from grok_tui.engine import loss, tasks
from grok_tui.engine.lanes import Layout, Rows
from grok_tui.engine.models.mlp import CollapsedMlp
from grok_tui.engine.optimizer import AdamW
from grok_tui.engine.products import Scratch
from grok_tui.engine.tasks.data import Placement
from grok_tui.engine.training import Block
from grok_tui.protocol.config import Arm, Config, Mlp, ModularAddition, Train
from tests.engine import tiny

CPU = torch.device("cpu")


def exact_loss(lead: float, classes: int) -> float:
    """Cross entropy where the true class leads all others alike, without cancellation."""
    return math.log1p((classes - 1) * math.exp(-lead))


@pytest.mark.parametrize("lead", [0.5, 5.0, 10.0, 20.0, 40.0, 60.0, 80.0])
def test_the_loss_is_right_where_a_softmax_in_double_precision_sees_nothing(lead: float) -> None:
    logits = torch.zeros(1, 67)
    logits[0, 3] = lead
    labels = torch.tensor([[3]])
    found, right = loss.losses_(logits.clone(), labels)
    assert found.item() == pytest.approx(exact_loss(lead, 67), rel=2e-6)
    assert right.item()
    slope = loss.gradient_(logits.clone(), labels)
    wrong = math.exp(-lead) / (1 + 66 * math.exp(-lead))
    assert slope[0, 0].item() == pytest.approx(wrong, rel=2e-6)
    assert slope[0, 3].item() == pytest.approx(-66 * wrong, rel=2e-6)


@pytest.mark.parametrize("scale", [0.1, 1.0, 5.0])
def test_loss_and_gradient_equal_the_plain_ones_in_double_precision(scale: float) -> None:
    noise = torch.Generator().manual_seed(1)
    logits = torch.randn(50, 23, generator=noise) * scale
    labels = torch.randint(0, 23, (50, 1), generator=noise)
    plain = logits.double().requires_grad_()
    reference = torch.nn.functional.cross_entropy(plain, labels[:, 0], reduction="none")
    reference.mean().backward()  # type: ignore[no-untyped-call]
    assert plain.grad is not None
    found, right = loss.losses_(logits.clone(), labels)
    assert torch.allclose(found[:, 0].double(), reference.detach(), rtol=1e-5, atol=1e-12)
    assert torch.equal(right, logits.argmax(1, keepdim=True) == labels)
    slope = loss.gradient_(logits.clone(), labels)
    assert torch.allclose(slope.double(), plain.grad, rtol=1e-5, atol=1e-9)


def test_each_row_of_the_gradient_sums_to_zero() -> None:
    noise = torch.Generator().manual_seed(2)
    logits = torch.randn(40, 11, generator=noise, dtype=torch.float64) * 8
    slope = loss.gradient_(logits, torch.randint(0, 11, (40, 1), generator=noise))
    assert (slope.sum(1).abs() <= 1e-15 * slope.abs().sum(1)).all()


def test_a_tie_is_the_answer_of_the_lowest_class() -> None:
    logits = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    _, right = loss.losses_(logits, torch.tensor([[0], [1], [2]]))
    assert right[:, 0].tolist() == [True, False, False]


def plain_logits(weights: dict[str, Tensor], pairs: Tensor) -> Tensor:
    """The MLP as the papers write it, example by example, nothing collapsed."""
    embedded = weights["W_E"].T[pairs[:, 0]] + weights["W_E"].T[pairs[:, 1]]
    hidden = torch.relu(embedded @ weights["W_in"].T)
    return hidden @ weights["W_out"].T @ weights["W_U"]


@pytest.mark.parametrize(
    ("p", "d_embedding", "d_hidden"), [(3, 1, 1), (5, 7, 3), (11, 24, 20), (13, 5, 40), (67, 50, 9)]
)
def test_the_collapsed_model_and_its_gradients_equal_the_plain_ones(
    p: int, d_embedding: int, d_hidden: int
) -> None:
    config = Config(
        title="Shapes",
        task=ModularAddition(p=p, train_fraction=0.5),
        model=Mlp(d_embedding=d_embedding, d_hidden=d_hidden),
        arms=(Arm(name="dense"),),
    )
    model, layout = CollapsedMlp(config.model, config), Layout(config.shapes())
    data = tasks.build(config.task, 4, Placement(CPU, torch.float64))
    row = layout.row(model.initial(4), torch.float64)
    bits = torch.rand(row.shape, generator=torch.Generator().manual_seed(5)) < 0.7
    weights = layout.views(row * bits)
    gradients = layout.views(torch.full_like(row, float("nan")))
    scratch = Scratch()
    logits = model.forward(weights, data.train.inputs, scratch)
    leaves = {name: view.clone().requires_grad_() for name, view in weights.items()}
    reference = plain_logits(leaves, data.train_pairs)
    assert torch.allclose(logits, reference.detach(), rtol=1e-12, atol=1e-12)
    mean = torch.nn.functional.cross_entropy(reference, data.train_pairs.sum(1) % p)
    mean.backward()  # type: ignore[no-untyped-call]
    slope = loss.gradient_(logits, data.train.labels)
    model.backward(weights, data.train.inputs, slope, gradients, scratch)
    for name, leaf in leaves.items():
        assert leaf.grad is not None
        assert torch.allclose(gradients[name], leaf.grad, rtol=1e-9, atol=1e-12), name


def test_a_stack_of_lanes_computes_what_each_lane_computes_alone() -> None:
    config = tiny.tiny()
    model, layout = CollapsedMlp(config.model, config), Layout(config.shapes())
    sets = [tasks.build(config.task, seed, Placement(CPU, torch.float64)).train for seed in (0, 1)]
    rows = [layout.row(model.initial(seed), torch.float64) for seed in (0, 1)]
    stacked = layout.views(torch.stack(rows))
    inputs = torch.stack([examples.inputs for examples in sets])
    labels = torch.stack([examples.labels for examples in sets])
    gradients, scratch = layout.views(torch.zeros(2, layout.length).double()), Scratch()
    slope = loss.gradient_(model.forward(stacked, inputs, scratch), labels)
    model.backward(stacked, inputs, slope, gradients, scratch)
    for lane, (row, examples) in enumerate(zip(rows, sets, strict=True)):
        alone, own = layout.views(torch.zeros_like(row)), Scratch()
        views = layout.views(row)
        slope = loss.gradient_(model.forward(views, examples.inputs, own), examples.labels)
        model.backward(views, examples.inputs, slope, alone, own)
        for name, view in alone.items():
            assert torch.allclose(gradients[name][lane], view, rtol=1e-12, atol=1e-15)


def test_lanes_that_step_as_one_block_go_where_each_goes_alone() -> None:
    """How a GPU trains them; bits may differ there, numbers may not."""
    config = tiny.tiny((tiny.DENSE, tiny.RANDOM), seeds=(0, 1), precision="float64")
    alone, block = tiny.experiment(config), tiny.experiment(config)
    alone.begin()
    block.begin()
    lanes = list(block.running.values())
    parts = (block.layout, block.model, config.train, Scratch())
    together = Block(lanes, *parts)
    with torch.inference_mode():
        for _ in range(30):
            together.step()
    tiny.run_on(alone, until=30)
    for lane in lanes:
        other = alone.running[lane.key].rows
        assert torch.allclose(lane.rows.weights, other.weights, rtol=1e-9, atol=1e-12)
        assert torch.allclose(lane.rows.second, other.second, rtol=1e-9, atol=1e-15)
        assert (lane.rows.weights[other.mask == 0] == 0).all()
        assert float(lane.rows.updates) == 30


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
        lanes._stack.advance(1)
    assert "aten::mm.out" in operations.names
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
    drawn = CollapsedMlp(config.model, config).initial(0)
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
