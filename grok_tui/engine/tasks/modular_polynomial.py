"""Any polynomial in x and y with whole coefficients, modulo p."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine.tasks import pairs
from grok_tui.protocol import expressions

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.tasks.data import Data, Placement
    from grok_tui.protocol.expressions import Polynomial
    from grok_tui.protocol.tasks import ModularPolynomial


def data(task: ModularPolynomial, seed: int, placement: Placement) -> Data:
    """Labels f(a, b) mod p. Raises PresetError for a split file that does not fit."""
    polynomial = expressions.parse(task.expression)
    return pairs.data(task, seed, placement, lambda a, b: values(polynomial, a, b, task.p))


def values(polynomial: Polynomial, x: Tensor, y: Tensor, p: int) -> Tensor:
    """The polynomial at each x and y (numbers,), int64 from 0 to p - 1, modulo p <= 1000."""
    total = torch.zeros_like(x)
    for (i, j), factor in polynomial.terms.items():
        total += factor % p * (_power(x, i, p) * _power(y, j, p) % p)
    return total % p


def _power(base: Tensor, exponent: int, p: int) -> Tensor:
    """base^exponent mod p, reduced each time: p^16 would not fit."""
    product = torch.ones_like(base)
    for _ in range(exponent):
        product = product * base % p
    return product
