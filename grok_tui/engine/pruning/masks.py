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
    """One number a weight (parameters,) without padding; higher is kept."""
    reads: Literal["nothing", "weights", "mask"] = "nothing"
    """mask: the count of each matrix is that of the mask that is read, not the pruning rate."""


def removed(pruning_rate: float, weights: int) -> int:
    """round(rate x weights), exact for the decimal number that the preset says, half to even."""
    return round(Fraction(repr(pruning_rate)) * weights)


def mask(
    method: Method, reading: Reading, pruning_rate: float, scope: Literal["global", "layer"]
) -> Tensor:
    """The mask of an arm as a row (length,) of uint8, 1 kept; padding is 0.

    Exactly round(rate x n) of all weights (global) or of each matrix (layer) are removed, the
    lowest scores first; of equal scores the one that stands first by (layer, flat index).
    """
    scores = method.score(reading)
    layout = reading.layout
    sizes = [size for _, size in layout.spans.values()]
    if method.reads == "mask":
        spans = layout.spans.values()
        gone = [size - int(reading.mask.narrow(0, start, size).sum()) for start, size in spans]
    elif scope == "layer":
        gone = [removed(pruning_rate, size) for size in sizes]
    else:
        sizes = [layout.parameters]
        gone = [removed(pruning_rate, layout.parameters)]
    groups = zip(torch.split(scores, sizes), gone, strict=True)
    return _row(torch.cat([keep_best(group, count) for group, count in groups]), layout)


def keep_best(scores: Tensor, gone: int) -> Tensor:
    """1 for each score but the `gone` lowest, ties removed from the front (n,), uint8."""
    kept = torch.ones(len(scores), dtype=torch.uint8)
    kept[torch.argsort(scores, stable=True)[:gone]] = 0
    return kept


def _row(packed: Tensor, layout: Layout) -> Tensor:
    sizes = [size for _, size in layout.spans.values()]
    parts = zip(layout.shapes.items(), torch.split(packed, sizes), strict=True)
    return layout.row({name: part.reshape(shape) for (name, shape), part in parts}, torch.uint8)
