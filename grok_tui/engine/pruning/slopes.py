"""The loss of an arm's own training set as a function of its matrices, for scores that look at its
slopes: in float64, on the CPU, for autograd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grok_tui.engine.lanes import Layout
    from grok_tui.engine.pruning.masks import Reading


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean over the examples; labels (examples, 1)."""
    return F.cross_entropy(logits, labels[:, 0])


def squared_one_hot(outputs: Tensor, labels: Tensor) -> Tensor:
    """The mean over examples and classes of the squared distance to 0 and 1; labels (examples,
    1)."""
    targets = F.one_hot(labels[:, 0], outputs.shape[-1])
    return F.mse_loss(outputs, targets.to(outputs.dtype))


MEANS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross-entropy": cross_entropy,
    "squared": F.mse_loss,
    "squared-one-hot": squared_one_hot,
}
"""The losses by the name that a task has, written plainly: initial weights are no challenge."""


def loss(reading: Reading, temperature: float = 1.0) -> tuple[dict[str, Tensor], Tensor]:
    """The matrices as leaves, and the mean loss that they lead to, a scalar.

    Logits are divided by the temperature; other outputs are the numbers that they are. Biases
    are constants.
    """
    views = reading.layout.views(reading.weights.double())
    weights = {name: view.clone() for name, view in views.items()}
    matrices = {name: weights[name].requires_grad_() for name in reading.layout.prunable}
    data = reading.data.wide()
    outputs = reading.model.logits(weights, data.train.inputs)
    if data.loss == "cross-entropy":
        outputs = outputs / temperature
    return matrices, MEANS[data.loss](outputs, data.train.labels)


def packed(layout: Layout, scores: Mapping[str, Tensor]) -> Tensor:
    """Scores of each matrix as one row (weights,), in the order of ties."""
    return torch.cat([scores[name].detach().flatten() for name in layout.prunable])
