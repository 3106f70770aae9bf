"""GraSP: what carries the flow of the gradient is kept (Wang et al. 2020).

With g the gradient of the loss and H its Hessian, w (H g) is to first order how much of |g|^2 / 2
a weight carries; removing it loses that much. The sign counts: a weight below zero is in the way.
The logits are divided by 200, as published. H g comes from differentiating twice: differences of
gradients drown in the kinks of a ReLU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine.pruning import slopes

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.pruning.masks import Reading

TEMPERATURE = 200.0


def score(reading: Reading) -> Tensor:
    """w (H g), signed, float64."""
    matrices, loss = slopes.loss(reading, TEMPERATURE)
    leaves = list(matrices.values())
    gradients = torch.autograd.grad(loss, leaves, create_graph=True)
    flow = torch.stack([(one.detach() * one).sum() for one in gradients]).sum()
    curved = torch.autograd.grad(flow, leaves)  # H g: the first factor stood still
    pairs = zip(matrices.items(), curved, strict=True)
    return slopes.packed(reading.layout, {name: weight * Hg for (name, weight), Hg in pairs})
