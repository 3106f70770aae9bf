"""Chance decides: the control for sparsity without structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine import seeds

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.pruning.masks import Reading


def score(reading: Reading) -> Tensor:
    """Noise of the arm and seed; the count is exact all the same."""
    noise = seeds.generator(f"mask/{reading.recipe.stream}", reading.seed)
    return torch.rand(reading.layout.prunable_weights, generator=noise, dtype=torch.float64)
