"""Edge-popup: what is trained is a score of each weight; the mask follows the scores.

The mask keeps the largest |score| of each matrix, as many at every step. The gradient of a score is
that of the masked weight times the weight times the score's sign, as if the mask were the score.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy
import torch

from grok_tui.engine import seeds
from grok_tui.engine.models.initial import d_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.lanes import Layout
    from grok_tui.engine.pruning.masks import Reading


def score(reading: Reading) -> Tensor:
    """|score| before the first update."""
    initial = initial_scores(reading.layout, reading.recipe.stream, reading.seed)
    return reading.layout.packed(initial).abs()


def initial_scores(layout: Layout, arm: str, seed: int) -> Tensor:
    """Scores of an arm (length,), float32: U(-1, 1) / sqrt(d_in) in each matrix, else 0."""
    drawn: dict[str, Tensor] = {}
    for name, shape in layout.shapes.items():
        noise = torch.rand(shape, generator=seeds.generator(f"scores/{arm}/{name}", seed))
        spread = 1 / math.sqrt(d_in(name, shape)) if name in layout.prunable else 0.0
        drawn[name] = (2 * noise - 1) * spread
    return layout.row(drawn, torch.float32)


def remask(
    scores: Mapping[str, Tensor], gone: Mapping[str, int], masks: Mapping[str, Tensor]
) -> None:
    """Write the masks that the scores ask for now: all but the `gone` lowest |score| of a matrix.

    Scores and masks by matrix (..., weights). Ties are removed from the front, as everywhere.
    """
    for name, count in gone.items():
        size = scores[name].abs()
        limit = _smallest(size, count)
        removed = size <= limit
        # Ties are rare; on a GPU the answer to whether there is one would have to be waited for.
        if not size.is_cpu or int(removed.sum()) > count * limit.numel():
            below = size < limit
            spare = count - below.sum(-1, keepdim=True)
            removed = below | (removed & ((size == limit).cumsum(-1) <= spare))
        torch.logical_not(removed, out=masks[name])


def _smallest(numbers: Tensor, count: int) -> Tensor:
    """The `count`-th smallest of each row (..., 1). numpy finds it in a tenth of the time."""
    if not numbers.is_cpu:
        return numbers.kthvalue(count, -1, keepdim=True).values
    return torch.from_numpy(numpy.partition(numbers.numpy(), count - 1)[..., count - 1 : count])
