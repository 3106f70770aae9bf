"""SNIP by hand, against differences of the plain loss, and against the reference's mask."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
import torch

from grok_tui.engine.pruning import mask, snip
from grok_tui.engine.tasks.data import Examples
from grok_tui.protocol.models import Mlp, Perceptron
from tests.engine import reference
from tests.engine.pruning import nets

if TYPE_CHECKING:
    from torch import Tensor

TWO = Perceptron(widths=(2,))
HAND = {"W_1": torch.tensor([[1.0, 2.0], [3.0, -1.0]]), "W_2": torch.tensor([[1.0, -2.0]])}


def test_a_network_that_one_can_follow_by_hand() -> None:
    """Outputs 3 and 2 where 2 and 4 are wanted: the loss has slopes 1 and -2.

    Units of the first example 5 and 1, of the second 2 and nothing, so dL/dW_2 = (5 - 4, 1); the
    first row of dL/dW_1 is (1, 2) - 2 (0, 1) = (1, 0), the second -2 (1, 2), from one example.
    """
    train = Examples(torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([[2.0], [4.0]]))
    scores = snip.score(nets.reading(TWO, HAND, train, "squared"))
    assert scores.dtype == torch.float64
    assert scores.tolist() == [1.0, 0.0, 6.0, 4.0, 1.0, 2.0]


def test_squared_error_to_one_hot_targets_by_hand() -> None:
    """Outputs 1 and 3, the second class is right: errors 1 and 2, slopes 1 and 2."""
    weights = {"W_1": torch.tensor([[2.0]]), "W_2": torch.tensor([[0.5], [1.5]])}
    train = Examples(torch.tensor([[1.0]]), torch.tensor([[1]]))
    reading = nets.reading(Perceptron(widths=(1,)), weights, train, "squared-one-hot")
    assert snip.score(reading).tolist() == [2 * 3.5, 0.5 * 2.0, 1.5 * 4.0]


@pytest.mark.parametrize(
    "model",
    [Mlp(d_embedding=5, d_hidden=4), Mlp(d_embedding=4, d_hidden=3, embeddings=2, hidden_layers=2)],
)
def test_a_score_is_what_the_loss_loses_with_the_first_of_a_weight(model: Mlp) -> None:
    weights = nets.drawn(model, 7, 7)
    train = nets.pairs(7)
    found = snip.score(nets.reading(model, weights, train))
    assert torch.allclose(found, removed_a_little(model, weights, train), rtol=1e-6, atol=1e-9)


def removed_a_little(model: Mlp, weights: dict[str, Tensor], train: Examples) -> Tensor:
    """|dL/dc| at c = 1 of a weight times c, by central differences."""
    listed = list(zip(train.inputs.tolist(), train.labels[:, 0].tolist(), strict=True))
    network = partial(reference.mlp, activation=model.activation)
    slopes = []
    for weight in weights.values():
        flat = weight.view(-1)
        for at, value in enumerate(flat.tolist()):
            losses = []
            for share in (1 + 1e-5, 1 - 1e-5):
                flat[at] = value * share
                losses.append(reference.mean_loss(network, weights, listed))
            flat[at] = value
            slopes.append((losses[0] - losses[1]).abs() / 2e-5)
    return torch.stack(slopes)


def test_the_mask_of_the_reference_element_for_element() -> None:
    reading, wanted = nets.golden("snip")
    for name, view in reading.layout.views(mask(reading)).items():
        assert torch.equal(view, wanted[name]), name
