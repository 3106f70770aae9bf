"""Keep all: the dense arm and its controls."""

from __future__ import annotations

import torch
from torch import Tensor

from grok_tui.engine.pruning.masks import Method, Reading


def score(reading: Reading) -> Tensor:
    """No weight is worth more than another."""
    return torch.ones(reading.layout.prunable_weights)


METHOD = Method(score)
