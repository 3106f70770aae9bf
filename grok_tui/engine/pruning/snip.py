"""SNIP: what the loss would notice first is kept (Lee et al. 2019).

To first order |w dL/dw| is the change of the loss when a weight is removed. Of the initial weights,
over the whole training set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine.pruning import slopes

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.pruning.masks import Reading


def score(reading: Reading) -> Tensor:
    """|w dL/dw|, float64."""
    matrices, loss = slopes.loss(reading)
    gradients = torch.autograd.grad(loss, list(matrices.values()))
    pairs = zip(matrices.items(), gradients, strict=True)
    scores = {name: (weight * gradient).abs() for (name, weight), gradient in pairs}
    return slopes.packed(reading.layout, scores)
