"""Numbers as a frame has them: few, small, in bytes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from grok_tui.protocol import frames

FEW, ENOUGH = 128, 16


def quantised(values: Tensor) -> tuple[float, bytes]:
    """The largest magnitude, and every value (int8) in 127ths of it, rounded."""
    scale = float(values.abs().max())
    parts = values * (frames.LEVELS / scale) if scale else values
    return scale, as_bytes(parts.round().to(torch.int8))


def as_shares(shares: Tensor) -> bytes:
    """Numbers from 0 to 1 in 255ths, rounded (uint8)."""
    return as_bytes((shares * frames.SHARES).round().to(torch.uint8))


def as_bytes(tensor: Tensor) -> bytes:
    """The bytes of a tensor of bytes, row by row."""
    return tensor.contiguous().view(torch.uint8).numpy().tobytes()


def thinning(size: int, most: int) -> int:
    """Every how many-th is taken so that no more than `most` are."""
    return max(1, -(-size // most))


def thinnings(rows: int, columns: int, most: int) -> tuple[int, int]:
    """The same for a matrix: its columns, often tokens, or its rows stay whole if they are few."""
    if columns <= FEW and most // columns >= ENOUGH:
        return thinning(rows, most // columns), 1
    if rows <= FEW and most // rows >= ENOUGH:
        return 1, thinning(columns, most // rows)
    side = math.isqrt(most)
    return thinning(rows, side), thinning(columns, side)
