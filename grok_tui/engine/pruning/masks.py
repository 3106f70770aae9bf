"""From scores to a mask: exact counts, one rule for ties, global or layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from grok_tui.engine.lanes import Layout


@dataclass(frozen=True, eq=False)
class Reading:
    """What a method may look at; rows (length,) on the CPU."""

    arm: str
    seed: int
    layout: Layout
    weights: Tensor
    """Of the arm that is read at its moment, or the lane's own initial ones."""
    mask: Tensor
    """That the arm that is read trains with; all ones where the method reads none."""


@dataclass(frozen=True)
class Method:
    """A way to score weights, and what it reads of another arm to do so."""

    score: Callable[[Reading], Tensor]
    """One number a prunable weight (weights,), without padding; higher is kept."""
    reads: Literal["nothing", "weights", "mask"] = "nothing"
    """mask: the count of each matrix is that of the mask that is read, not the pruning rate."""


def removed(pruning_rate: float, weights: int) -> int:
    """round(rate x weights), exact for the decimal number that the preset says, half to even."""
    return round(Fraction(repr(pruning_rate)) * weights)


def mask(
    method: Method, reading: Reading, pruning_rate: float, scope: Literal["global", "layer"]
) -> Tensor:
    """The mask of an arm as a row (length,) of uint8, 1 kept; padding is 0.

    Exactly round(rate x n) of all prunable weights (global) or of each matrix (layer) are removed,
    the lowest scores first; of equal scores the one that stands first by (layer, flat index).
    Biases are kept.
    """
    scores = method.score(reading)
    layout = reading.layout
    spans = layout.prunable.values()
    sizes = [size for _, size in spans]
    if method.reads == "mask":
        gone = [size - int(reading.mask.narrow(0, start, size).sum()) for start, size in spans]
    elif scope == "layer":
        gone = [removed(pruning_rate, size) for size in sizes]
    else:
        sizes = [layout.prunable_weights]
        gone = [removed(pruning_rate, layout.prunable_weights)]
    groups = zip(torch.split(scores, sizes), gone, strict=True)
    return _row(torch.cat([keep_best(group, count) for group, count in groups]), layout)


def keep_best(scores: Tensor, gone: int) -> Tensor:
    """1 for each score but the `gone` lowest, ties removed from the front (n,), uint8."""
    kept = torch.ones(len(scores), dtype=torch.uint8)
    kept[torch.argsort(scores, stable=True)[:gone]] = 0
    return kept


def _row(packed: Tensor, layout: Layout) -> Tensor:
    sizes = [size for _, size in layout.prunable.values()]
    masks = {name: torch.ones(shape) for name, shape in layout.shapes.items()}
    for name, part in zip(layout.prunable, torch.split(packed, sizes), strict=True):
        masks[name] = part.reshape(layout.shapes[name])
    return layout.row(masks, torch.uint8)
