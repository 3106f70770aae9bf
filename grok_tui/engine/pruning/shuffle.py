"""Another arm's mask permuted inside each matrix: its sparsity, layer by layer, without its
structure."""

from __future__ import annotations

import torch
from torch import Tensor

from grok_tui.engine import seeds
from grok_tui.engine.pruning.masks import Method, Reading


def score(reading: Reading) -> Tensor:
    """The mask that is read, with the elements of each matrix in a random order."""
    noise = seeds.generator(f"mask/{reading.arm}", reading.seed)
    parts = []
    for start, size in reading.layout.prunable.values():
        elements = reading.mask.narrow(0, start, size)
        parts.append(elements[torch.randperm(size, generator=noise)])
    return torch.cat(parts)


METHOD = Method(score, reads="mask")
