"""How hard examples are for a network, and which of them an arm keeps (data diet).

EL2N and GraNd: Paul et al. 2021, arXiv 2107.07075.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from grok_tui.engine.losses import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.models.model import Model
    from grok_tui.engine.tasks.data import Data
    from grok_tui.protocol.arms import Subset

CHUNK = 16
"""Examples that share a forward pass where each has a gradient of its own: quicker than one."""


def scores(kind: str, model: Model, views: Mapping[str, Tensor], data: Data) -> Tensor:
    """The score of each training example by one network (examples,), float64; higher is harder.

    `kind` is el2n or grand, `views` are the weights of the network by name, pruned ones zero. They
    and the data are float64 on the CPU. Several networks are averaged by the caller.
    """
    return {"el2n": error_norms, "grand": gradient_norms}[kind](model, views, data)


def error_norms(model: Model, weights: Mapping[str, Tensor], data: Data) -> Tensor:
    """EL2N: |softmax(f) - onehot|_2 of each training example (examples,), of classes only."""
    outputs = model.logits(weights, data.train.inputs)
    wanted = F.one_hot(data.train.labels.squeeze(-1), outputs.shape[-1])
    return _length(torch.softmax(outputs, -1) - wanted)


def gradient_norms(model: Model, weights: Mapping[str, Tensor], data: Data) -> Tensor:
    """GraNd: the norm of each training example's own gradient (examples,), of the task's loss.

    It is that to all weights that are there: an entry of a matrix that is zero is pruned.
    """
    leaves = {name: weight.detach().requires_grad_() for name, weight in weights.items()}
    holes = {
        name: gone
        for name, weight in weights.items()
        if weight.dim() > 1 and bool((gone := weight == 0).any())
    }
    loss, found = LOSSES[data.loss], []
    parts = (torch.split(part, CHUNK) for part in (data.train.inputs, data.train.labels))
    for inputs, labels in zip(*parts, strict=True):
        outputs = model.logits(leaves, inputs)
        slopes = loss.gradient(outputs.detach(), labels, torch.empty_like(outputs))
        for example in range(len(outputs)):
            alone = torch.zeros_like(slopes)
            alone[example] = slopes[example] * len(slopes)  # those are of the mean
            gradients = torch.autograd.grad(
                outputs, list(leaves.values()), alone, retain_graph=True
            )
            found.append(_norm(dict(zip(leaves, gradients, strict=True)), holes))
    return torch.stack(found)


def chosen(section: Subset, scores: Tensor, generator: torch.Generator) -> Tensor:
    """Indices of the examples that are kept, in their old order, int64.

    Of n scores (n,) exactly round(fraction x n) are kept, half to even: those at the end that the
    section names, after the first round(skip x n) there. Of equal scores the one that stands first
    goes first. `random` draws them and reads nothing of the scores but their number.
    """
    count, skipped = (_share(part, len(scores)) for part in (section.fraction, section.skip))
    if section.score == "random":
        order = torch.randperm(len(scores), generator=generator)
    else:
        order = torch.argsort(scores, stable=True, descending=section.keep == "hardest")
    return order[skipped : skipped + count].sort().values


def _norm(gradients: Mapping[str, Tensor], holes: Mapping[str, Tensor]) -> Tensor:
    """Of all of them as one vector, without what is pruned."""
    for name, gone in holes.items():
        gradients[name].masked_fill_(gone, 0.0)
    return _length(torch.stack([_length(gradient.flatten()) for gradient in gradients.values()]))


def _length(vectors: Tensor) -> Tensor:
    """Of vectors (..., numbers) their lengths (...)."""
    lengths: Tensor = torch.linalg.vector_norm(vectors, dim=-1)
    return lengths


def _share(part: float, count: int) -> int:
    return round(Fraction(repr(part)) * count)
