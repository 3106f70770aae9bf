"""How much the strongest direction of a matrix stands out from the second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine.probes import matrices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.probes.subject import Subject


def measure(subject: Subject) -> Mapping[str, float]:
    """First minus second singular value: W_E/mask of the 0/1 mask, W_E/weights of the signed
    weights under it; means and empty matrices as in `matrices.each`."""
    return matrices.each(
        subject, lambda mask, weights: {"mask": gap(mask), "weights": gap(weights)}
    )


def gap(matrix: Tensor) -> float:
    """Of a matrix (rows, columns); a single row or column has no second direction: 0."""
    first, second = largest(matrix)
    return first - second


def largest(matrix: Tensor) -> tuple[float, float]:
    """The two largest singular values."""
    values = torch.linalg.svdvals(matrix).tolist()
    return values[0], values[1] if len(values) > 1 else 0.0
