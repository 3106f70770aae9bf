"""SynFlow: weights on strong paths are kept, whatever the data (Tanaka et al. 2020).

R is the sum over all paths from an input to an output of the products of |weights|: a one goes
into every input, for two tokens into every row of each embedding, and activations are left out. A
weight's score is |w| dR/d|w|, the paths through it; those of each layer sum to R. The weights go in
100 rounds, each keeping the same share, and the scores are worked out anew on those that are left:
all at once would cut whole layers off.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from grok_tui.engine.models.model import Feedforward
from grok_tui.engine.pruning import slopes
from grok_tui.engine.pruning.masks import groups, keep_best
from grok_tui.errors import PresetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from torch import Tensor

    from grok_tui.engine.pruning.masks import Reading

    Matrices = Mapping[str, Tensor]

ROUNDS = 100


def score(reading: Reading) -> Tensor:
    """The score in the last round, float64; minus infinity for what went in the rounds before.

    Raises PresetError for a model whose paths do not all go through the same layers.
    """
    *_, last = rounds(reading)
    return slopes.packed(reading.layout, last)


def rounds(reading: Reading) -> Iterator[dict[str, Tensor]]:
    """The scores of each matrix at the beginning of each round, minus infinity for what is gone."""
    model = reading.model
    if not isinstance(model, Feedforward):
        problem = f"{reading.recipe.name}: synflow needs a model whose layers follow one another"
        raise PresetError("arms", "method", problem)
    views = reading.layout.views(reading.weights.double())
    weights = {name: view.abs() for name, view in views.items()}
    kept = {name: torch.ones_like(weight, dtype=torch.bool) for name, weight in weights.items()}
    together = list(groups(reading))
    for number in range(1, ROUNDS + 1):
        flows = _flows(model, {name: weight * kept[name] for name, weight in weights.items()})
        scores = {name: flow.masked_fill(~kept[name], -math.inf) for name, flow in flows.items()}
        yield scores
        for group, gone in together:
            kept |= _best(scores, group, gone, number)


def _flows(model: Feedforward, weights: Matrices) -> dict[str, Tensor]:
    """w dR/dw of weights that are not below zero."""
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    slope = torch.autograd.grad(model.flow(leaves), list(leaves.values()))
    return {name: weights[name] * one for name, one in zip(leaves, slope, strict=True)}


def _best(scores: Matrices, group: Sequence[str], gone: int, number: int) -> dict[str, Tensor]:
    """What is left of the matrices of a group after this round, of which the last removes `gone`.

    The share that is left is that at the end to the power number / ROUNDS.
    """
    flat = torch.cat([scores[name].flatten() for name in group])
    left = round(len(flat) * (1 - gone / len(flat)) ** (number / ROUNDS))
    best = keep_best(flat, len(flat) - left).bool()
    parts = torch.split(best, [scores[name].numel() for name in group])
    return {name: part.view_as(scores[name]) for name, part in zip(group, parts, strict=True)}
