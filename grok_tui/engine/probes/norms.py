"""Norms of all weights of a lane as one vector; pruned weights are zero and do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.probes.subject import Subject


def l1(row: Tensor) -> Tensor:
    """Sum of |weight| over masked rows (..., length), float64."""
    return row.double().abs().sum(-1)


def l2(row: Tensor) -> Tensor:
    """Root of the sum of squares over masked rows (..., length), float64."""
    wide = row.double()
    squares: Tensor = torch.linalg.vecdot(wide, wide)
    return squares.sqrt()


def measure(subject: Subject) -> Mapping[str, float]:
    """Of each matrix, W_E/l1; of all weights as one vector, net/l1; and the published form.

    published/l1 is the sum of the norms of the matrices over their number.
    """
    found: dict[str, float] = {}
    whole = torch.cat([weights.flatten() for weights in subject.weights.values()])
    for kind, norm in (("l1", l1), ("l2", l2)):
        layers = {name: float(norm(subject.weights[name].flatten())) for name in subject.masks}
        found |= {f"{name}/{kind}": value for name, value in layers.items()}
        found[f"net/{kind}"] = float(norm(whole))
        found[f"published/{kind}"] = sum(layers.values()) / len(layers)
    return found
