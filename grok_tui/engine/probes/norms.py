"""Norms of all weights of a lane as one vector; pruned weights are zero and do not count."""

from __future__ import annotations

import torch
from torch import Tensor


def l1(row: Tensor) -> Tensor:
    """Sum of |weight| over masked rows (..., length), float64."""
    return row.double().abs().sum(-1)


def l2(row: Tensor) -> Tensor:
    """Root of the sum of squares over masked rows (..., length), float64."""
    wide = row.double()
    squares: Tensor = torch.linalg.vecdot(wide, wide)
    return squares.sqrt()
