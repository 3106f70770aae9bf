"""Masks eight weights to a byte: a run may keep hundreds of each lane."""

from __future__ import annotations

import torch
from torch import Tensor

BYTE = 8
_PLACES = torch.arange(BYTE, dtype=torch.uint8)


def packed(mask: Tensor) -> Tensor:
    """A mask (weights,) of 0 and 1, uint8, as bytes; the last is filled up with zeros."""
    padded = torch.nn.functional.pad(mask, (0, -len(mask) % BYTE))
    return (padded.view(-1, BYTE) << _PLACES).sum(1, dtype=torch.uint8)


def unpacked(bits: Tensor, weights: int) -> Tensor:
    """The mask (weights,) that `packed` made these bytes of."""
    return ((bits.unsqueeze(1) >> _PLACES) & 1).flatten()[:weights]
