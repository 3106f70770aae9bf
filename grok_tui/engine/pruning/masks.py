"""From scores to a mask: exact counts, one rule for ties, global or layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.protocol.arms import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.engine.lanes import Layout
    from grok_tui.engine.models.model import Model
    from grok_tui.engine.tasks.data import Data
    from grok_tui.protocol.arms import Arm


@dataclass(frozen=True, eq=False)
class Reading:
    """What a score may look at; rows (length,) on the CPU."""

    recipe: Arm
    seed: int
    layout: Layout
    model: Model
    data: Data
    """What the arm is trained on."""
    weights: Tensor
    """Of the arm that is read at its moment, or the lane's own initial ones."""
    mask: Tensor
    """That of the arm that is read, uint8; all ones where the method reads none."""


def score(reading: Reading) -> Tensor:
    """One number a prunable weight (weights,), without padding, higher is kept: by the method."""
    name = reading.recipe.method.replace("-", "_")
    scores: Tensor = import_module(f"grok_tui.engine.pruning.{name}").score(reading)
    return scores


def removed(pruning_rate: float, weights: int) -> int:
    """round(rate x weights), exact for the decimal number that the preset says, half to even."""
    return round(Fraction(repr(pruning_rate)) * weights)


def mask(reading: Reading) -> Tensor:
    """The mask of an arm as a row (length,) of uint8, 1 kept; padding is 0.

    Exactly round(rate x n) of all prunable weights (global) or of each matrix (layer) are removed,
    the lowest scores first; of equal scores the one that stands first by (layer, flat index).
    Biases and excluded matrices are kept.
    """
    layout = reading.layout
    sizes = [size for _, size in layout.prunable.values()]
    scores = dict(zip(layout.prunable, torch.split(score(reading), sizes), strict=True))
    kept = {name: torch.ones(shape, dtype=torch.uint8) for name, shape in layout.shapes.items()}
    for group, gone in groups(reading):
        best = keep_best(torch.cat([scores[name] for name in group]), gone)
        parts = torch.split(best, [len(scores[name]) for name in group])
        for name, part in zip(group, parts, strict=True):
            kept[name] = part.reshape(layout.shapes[name])
    return layout.row(kept, torch.uint8)


def keep_best(scores: Tensor, gone: int) -> Tensor:
    """1 for each score but the `gone` lowest, ties removed from the front (n,), uint8."""
    kept = torch.ones(len(scores), dtype=torch.uint8)
    kept[torch.argsort(scores, stable=True)[:gone]] = 0
    return kept


def groups(reading: Reading) -> Iterator[tuple[Sequence[str], int]]:
    """The matrices that are ranked together, and how many weights of them are removed."""
    recipe, prunable = reading.recipe, reading.layout.prunable
    ranked = [name for name in prunable if name not in recipe.exclude]
    if METHODS[recipe.method].reads == "mask" and recipe.mask_from.arm:
        for name in ranked:
            start, size = prunable[name]
            yield [name], size - int(reading.mask.narrow(0, start, size).sum())
    elif recipe.scope == "layer":
        for name in ranked:
            rate = recipe.layer_rates.get(name, recipe.pruning_rate)
            yield [name], removed(rate, prunable[name][1])
    elif ranked:
        yield ranked, removed(recipe.pruning_rate, sum(prunable[name][1] for name in ranked))
