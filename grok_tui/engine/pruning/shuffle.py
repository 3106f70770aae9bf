"""Another arm's mask permuted inside each matrix: its sparsity, layer by layer, without its
structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine import seeds

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.pruning.masks import Reading


def score(reading: Reading) -> Tensor:
    """The mask that is read, with the elements of each matrix in a random order."""
    noise = seeds.generator(f"mask/{reading.recipe.stream}", reading.seed)
    parts = []
    for start, size in reading.layout.prunable.values():
        elements = reading.mask.narrow(0, start, size)
        parts.append(elements[torch.randperm(size, generator=noise)])
    return torch.cat(parts)
