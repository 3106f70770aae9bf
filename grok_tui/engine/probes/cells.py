"""Sets of pairs a part at a time: the logits of all cells of a large table do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

PART = 8192
"""Pairs whose logits are held at once; all of p = 67 are 4489."""


def parts(pairs: Tensor, labels: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Pairs (n, 2) and labels (n,) together, in order."""
    return zip(torch.split(pairs, PART), torch.split(labels, PART), strict=True)
