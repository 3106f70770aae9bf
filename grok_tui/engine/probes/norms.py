"""Norms of all weights of a lane as one vector; pruned weights are zero and do not count."""

from __future__ import annotations

import torch
from torch import Tensor


def l1(row: Tensor) -> Tensor:
    """Sum of |weight| over a masked row (length,), a float64 scalar."""
    return row.abs().sum(dtype=torch.float64)


def l2(row: Tensor) -> Tensor:
    """Root of the sum of squares over a masked row (length,), a float64 scalar."""
    norm: Tensor = torch.linalg.vector_norm(row, dtype=torch.float64)
    return norm
