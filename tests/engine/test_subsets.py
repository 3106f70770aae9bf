"""Scores of examples against the formulas, by other ways, and the subsets that they leave."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from grok_tui.engine import models, subsets
from grok_tui.engine.tasks.data import Data, Examples
from grok_tui.protocol.arms import Subset
from grok_tui.protocol.models import Perceptron
from grok_tui.protocol.tasks import Digits
from tests.engine import tiny

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.models.model import Model
    from grok_tui.protocol.config import Config

P, EXAMPLES = 13, 40


def data(seed: int = 0) -> Data:
    """Pairs of tokens and random labels, more than one chunk of them."""
    noise = torch.Generator().manual_seed(seed)
    tokens = torch.randint(0, P, (EXAMPLES, 2), generator=noise)
    labels = torch.randint(0, P, (EXAMPLES, 1), generator=noise)
    return held(tokens, labels, "cross-entropy")


def held(inputs: Tensor, labels: Tensor, loss: Any) -> Data:
    """A training set, and a test set that no score should ask for."""
    nothing = Examples(inputs[:0], labels[:0])
    return Data(Examples(inputs, labels), nothing, {}, loss)


def drawn(config: Config, seed: int = 0, pruned: float = 0.0) -> tuple[Model, dict[str, Tensor]]:
    """The model with weights that are larger than at the start, a share of them pruned."""
    model, noise = models.build(config), torch.Generator().manual_seed(seed)
    weights = {}
    for name, weight in model.initial(seed).items():
        gone = torch.rand(weight.shape, generator=noise) < pruned
        weights[name] = weight.double().masked_fill(gone, 0.0) * 1.7
    return model, weights


def closed_form(weights: Mapping[str, Tensor], tokens: Tensor, label: Tensor) -> float:
    """GraNd of one pair by the collapsed MLP, with the masks M of the weights that are there.

    The gradient to a matrix is s t^T under its mask, so its squared norm is (s^2)^T M (t^2).
    """
    embed, into, out, unembed = (weights[name] for name in ("W_E", "W_in", "W_out", "W_U"))

    def squared(s: Tensor, t: Tensor, matrix: Tensor) -> float:
        return float((s**2) @ (matrix != 0).double() @ (t**2))

    x = F.one_hot(tokens, P).sum(0).double()
    z = into @ embed @ x
    r = z.relu()
    delta = torch.softmax(unembed.T @ out @ r, -1) - F.one_hot(label[0], P)
    u = (out.T @ unembed @ delta) * (z > 0)
    return math.sqrt(
        squared(u, embed @ x, into)
        + squared(into.T @ u, x, embed)
        + squared(unembed @ delta, r, out)
        + squared(out @ r, delta, unembed)
    )


@pytest.mark.parametrize("pruned", [0.0, 0.6])
def test_the_gradient_norm_is_that_of_the_closed_form(pruned: float) -> None:
    model, weights = drawn(tiny.tiny(), pruned=pruned)
    examples = data()
    found = subsets.scores("grand", model, weights, examples)
    assert found.dtype == torch.float64
    pairs = zip(examples.train.inputs, examples.train.labels, strict=True)
    wanted = [closed_form(weights, tokens, label) for tokens, label in pairs]
    assert found.tolist() == pytest.approx(wanted, rel=1e-12)


def test_the_gradient_norm_of_a_transformer_is_that_of_each_example_alone() -> None:
    config = msgspec.structs.replace(tiny.tiny(), model=tiny.TRANSFORMER)
    model, weights = drawn(config)
    examples = data()
    found = subsets.scores("grand", model, weights, examples)
    for example in range(EXAMPLES):
        leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
        one = slice(example, example + 1)
        logits = model.logits(leaves, examples.train.inputs[one])
        loss = F.cross_entropy(logits, examples.train.labels[one, 0])
        slopes = torch.autograd.grad(loss, list(leaves.values()))
        norm = math.sqrt(sum(float((slope**2).sum()) for slope in slopes))
        assert float(found[example]) == pytest.approx(norm, rel=1e-12)


def test_the_gradient_norm_of_an_image_is_that_of_its_squared_error() -> None:
    config = msgspec.structs.replace(tiny.tiny(), task=Digits(), model=Perceptron(widths=(7,)))
    model, weights = drawn(config)
    noise = torch.Generator().manual_seed(1)
    images = torch.rand(20, 64, generator=noise, dtype=torch.float64)
    labels = torch.randint(0, 10, (20, 1), generator=noise)
    found = subsets.scores("grand", model, weights, held(images, labels, "squared-one-hot"))
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    wanted = F.one_hot(labels[17, 0], 10).double()
    loss = F.mse_loss(model.logits(leaves, images[17:18])[0], wanted)
    slopes = torch.autograd.grad(loss, list(leaves.values()))
    norm = math.sqrt(sum(float((slope**2).sum()) for slope in slopes))
    assert float(found[17]) == pytest.approx(norm, rel=1e-12)


def test_scores_change_nothing_of_the_weights() -> None:
    model, weights = drawn(tiny.tiny(), pruned=0.5)
    before = {name: weight.clone() for name, weight in weights.items()}
    for kind in ("el2n", "grand"):
        subsets.scores(kind, model, weights, data())
    for name, weight in weights.items():
        assert torch.equal(weight, before[name])
        assert not weight.requires_grad


class Answers:
    """A model that gives the outputs that it is told to, whatever it is asked."""

    def __init__(self, outputs: Tensor) -> None:
        self.outputs = outputs

    def logits(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        return self.outputs


def test_the_error_norm_by_hand() -> None:
    """Shares of 3/4 and 1/4: right, the error is (-1/4, 1/4); wrong, it is (3/4, -3/4)."""
    outputs = torch.tensor([[math.log(3), 0.0], [math.log(3), 0.0], [0.0, 0.0]]).double()
    labels = torch.tensor([[0], [1], [0]])
    answers: Any = Answers(outputs)
    found = subsets.scores("el2n", answers, {}, held(torch.zeros(3, 2), labels, "cross-entropy"))
    root = math.sqrt(2)
    assert found.tolist() == pytest.approx([root / 4, root * 3 / 4, root / 2], rel=1e-6)


SCORES = torch.tensor([0.3, 0.9, 0.1, 0.5, 0.7, 0.2, 0.8, 0.4, 0.6, 0.0])


def kept(scores: Tensor = SCORES, seed: int = 0, **section: Any) -> list[int]:
    settings: dict[str, Any] = {"score": "el2n"} | section
    noise = torch.Generator().manual_seed(seed)
    indices = subsets.chosen(Subset(**settings), scores, noise)
    assert indices.dtype == torch.int64
    return indices.tolist()


def test_the_hardest_are_kept_in_their_old_order() -> None:
    assert kept(fraction=0.3, keep="hardest") == [1, 4, 6]
    assert kept(fraction=0.3, keep="easiest") == [2, 5, 9]
    assert kept(fraction=1.0) == list(range(10))


def test_a_window_leaves_out_the_end_itself() -> None:
    assert kept(fraction=0.3, skip=0.2, keep="hardest") == [3, 4, 8]
    assert kept(fraction=0.3, skip=0.1, keep="easiest") == [0, 2, 5]


def test_of_equal_scores_the_first_are_kept() -> None:
    equal = torch.tensor([1.0, 2.0, 1.0, 2.0, 1.0, 2.0])
    assert kept(equal, fraction=0.5, keep="hardest") == [1, 3, 5]
    assert kept(equal, fraction=1 / 3, keep="hardest") == [1, 3]
    assert kept(equal, fraction=1 / 3, keep="easiest") == [0, 2]
    assert kept(torch.zeros(6), fraction=0.5, skip=1 / 6) == [1, 2, 3]


@pytest.mark.parametrize(("fraction", "count"), [(0.8, 911), (0.1, 114), (0.5, 570), (0.3, 342)])
def test_the_count_is_exact(fraction: float, count: int) -> None:
    """1139 x 0.5 is 569.5: half goes to the even number."""
    noise = torch.rand(1139, generator=torch.Generator().manual_seed(0))
    sections: list[dict[str, Any]] = [{}, {"keep": "easiest"}, {"score": "random"}]
    for section in sections:
        indices = kept(noise, fraction=fraction, **section)
        assert len(indices) == len(set(indices)) == count
        assert indices == sorted(indices)


def test_the_hardest_and_the_easiest_share_nothing_if_they_fit() -> None:
    noise = torch.rand(100, generator=torch.Generator().manual_seed(0))
    hard, easy = (set(kept(noise, fraction=0.5, keep=end)) for end in ("hardest", "easiest"))
    assert hard | easy == set(range(100))
    assert not hard & easy


def test_a_random_subset_is_that_of_its_generator_and_reads_no_score() -> None:
    first = kept(fraction=0.5, score="random")
    assert first == kept(torch.zeros(10), fraction=0.5, score="random")
    assert len({tuple(kept(fraction=0.5, score="random", seed=seed)) for seed in range(5)}) > 1
