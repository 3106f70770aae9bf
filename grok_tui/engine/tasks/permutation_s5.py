"""The symmetric group of five things, its permutations numbered in lexicographic order."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import torch

from grok_tui.engine.tasks import pairs

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.tasks.data import Data, Placement
    from grok_tui.protocol.tasks import PermutationS5

THINGS = 5


def data(task: PermutationS5, seed: int, placement: Placement) -> Data:
    """Labels: the number of a b, a b a^-1 or a b a, where a b is first b, then a.

    Raises PresetError for a split file that does not fit.
    """
    table = products()
    last = {"ab": None, "aba^-1": inverses(), "aba": torch.arange(len(table))}[task.product]

    def product(a: Tensor, b: Tensor) -> Tensor:
        return table[a, b] if last is None else table[table[a, b], last[a]]

    return pairs.data(task, seed, placement, product)


def listed() -> Tensor:
    """Where each permutation sends 0 to 4 (120, 5), in lexicographic order."""
    return torch.tensor(list(permutations(range(THINGS))))


def products() -> Tensor:
    """The number of a b at [a, b] (120, 120): (a b)(x) = a(b(x))."""
    every = listed()
    composed = every[:, every]  # (a, b, x)
    return _numbers()[_codes(composed)]


def inverses() -> Tensor:
    """The number of each permutation's inverse (120,)."""
    return _numbers()[_codes(listed().argsort(1))]


def _numbers() -> Tensor:
    """Number of a permutation by its code."""
    numbers = torch.full((THINGS**THINGS,), -1)
    every = listed()
    numbers[_codes(every)] = torch.arange(len(every))
    return numbers


def _codes(sent: Tensor) -> Tensor:
    """Permutations (..., 5) as numbers to the base five (...)."""
    return (sent * THINGS ** torch.arange(THINGS)).sum(-1)
