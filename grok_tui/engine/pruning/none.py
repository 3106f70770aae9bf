"""Keep all: the dense arm and its controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.pruning.masks import Reading


def score(reading: Reading) -> Tensor:
    """No weight is worth more than another."""
    return torch.ones(reading.layout.prunable_weights)
