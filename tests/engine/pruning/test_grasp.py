"""GraSP against the whole Hessian, differences of gradients, and the reference's mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine.pruning import grasp, mask
from grok_tui.engine.tasks.data import Examples
from grok_tui.protocol.models import Mlp, Perceptron, Transformer
from tests.engine import reference
from tests.engine.pruning import nets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

SMOOTH = Mlp(d_embedding=5, d_hidden=4, activation="gelu")
P = 5


def cooled(weights: dict[str, Tensor], tokens: Sequence[int]) -> Tensor:
    """The plain network, its logits divided by 200."""
    return reference.mlp(weights, tokens, activation="gelu") / 200


def flat_loss(weights: dict[str, Tensor], train: Examples) -> Callable[[Tensor], Tensor]:
    """The plain loss as a function of all weights one after the other."""
    listed = list(zip(train.inputs.tolist(), train.labels[:, 0].tolist(), strict=True))
    sizes = [weight.numel() for weight in weights.values()]

    def loss(row: Tensor) -> Tensor:
        parts = zip(weights.items(), row.split(sizes), strict=True)  # type: ignore[no-untyped-call]
        named = {name: part.view(weight.shape) for (name, weight), part in parts}
        return reference.mean_loss(cooled, named, listed)  # type: ignore[arg-type]

    return loss


def row_of(weights: dict[str, Tensor]) -> Tensor:
    return torch.cat([weight.flatten() for weight in weights.values()])


def test_a_score_is_the_weight_times_the_hessian_times_the_gradient() -> None:
    weights, train = nets.drawn(SMOOTH, P, P), nets.pairs(P)
    found = grasp.score(nets.reading(SMOOTH, weights, train))
    row, loss = row_of(weights).requires_grad_(), flat_loss(weights, train)
    [gradient] = torch.autograd.grad(loss(row), row)
    hessian = torch.autograd.functional.hessian(loss, row)  # type: ignore[no-untyped-call]
    wanted = row.detach() * (hessian @ gradient)
    assert found.dtype == torch.float64
    assert (found - wanted).abs().max() <= 1e-12 * wanted.abs().max()
    assert (found < 0).any()
    assert (found > 0).any()


def test_on_a_smooth_network_differences_of_the_gradient_say_the_same() -> None:
    weights, train = nets.drawn(SMOOTH, P, P), nets.pairs(P)
    found = grasp.score(nets.reading(SMOOTH, weights, train))
    loss = flat_loss(weights, train)

    def gradient(row: Tensor) -> Tensor:
        leaf = row.clone().requires_grad_()
        [slope] = torch.autograd.grad(loss(leaf), leaf)
        return slope

    row = row_of(weights)
    g = gradient(row)
    step = 1e-4 / float(g.norm())
    difference = (gradient(row + step * g) - gradient(row - step * g)) / (2 * step)
    wanted = row * difference
    assert (found - wanted).abs().max() <= 1e-6 * wanted.abs().max()


def test_outputs_that_are_no_logits_are_taken_as_they_are() -> None:
    """f = w v x with w = 2, v = 3, x = 1 and y = 5: g = 2 (v, w) = (6, 4),
    H = ((18, 14), (14, 8)), so H g = (164, 116)."""
    weights = {"W_1": torch.tensor([[2.0]]), "W_2": torch.tensor([[3.0]])}
    train = Examples(torch.tensor([[1.0]]), torch.tensor([[5.0]]))
    scores = grasp.score(nets.reading(Perceptron(widths=(1,)), weights, train, "squared"))
    assert scores.tolist() == [2 * 164.0, 3 * 116.0]


def test_biases_have_no_score_and_stand_still() -> None:
    model = Transformer(d_model=4, d_head=3, d_mlp=5, biases=True)
    weights = nets.drawn(model, P, P)
    reading = nets.reading(model, weights, nets.pairs(P))
    scores = grasp.score(reading)
    assert len(scores) == reading.layout.prunable_weights
    assert scores.isfinite().all()


def test_the_mask_of_the_reference_element_for_element() -> None:
    reading, wanted = nets.golden("grasp")
    for name, view in reading.layout.views(mask(reading)).items():
        assert torch.equal(view, wanted[name]), name
