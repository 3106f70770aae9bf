"""Chance decides: the control for sparsity without structure."""

from __future__ import annotations

import torch
from torch import Tensor

from grok_tui.engine import seeds
from grok_tui.engine.pruning.masks import Method, Reading


def score(reading: Reading) -> Tensor:
    """Noise of the arm and seed; the count is exact all the same."""
    noise = seeds.generator(f"mask/{reading.arm}", reading.seed)
    return torch.rand(reading.layout.prunable_weights, generator=noise, dtype=torch.float64)


METHOD = Method(score)
