"""Modular division: by the inverse, and so not what a floor gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine.tasks import pairs

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.tasks.data import Data, Placement
    from grok_tui.protocol.tasks import ModularDivision


def data(task: ModularDivision, seed: int, placement: Placement) -> Data:
    """Labels a b^-1 mod p of the pairs with b > 0; p is a prime.

    Raises PresetError for a split file that does not fit.
    """
    inverse = inverses(task.p)
    listed = pairs.every(task.p, ordered=True)
    listed = listed[listed[:, 1] > 0]
    return pairs.data(task, seed, placement, lambda a, b: a * inverse[b] % task.p, listed)


def inverses(p: int) -> Tensor:
    """b^-1 = b^(p - 2) mod p for each b (p,), by Fermat; 0 for 0, which has none."""
    return torch.tensor([pow(b, p - 2, p) for b in range(p)])
