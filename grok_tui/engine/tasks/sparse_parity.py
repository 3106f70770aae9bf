"""Sparse parity: which of many random bits count has to be found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import seeds
from grok_tui.engine.tasks.data import Data, Examples, Placement

if TYPE_CHECKING:
    from grok_tui.protocol.tasks import SparseParity


def data(task: SparseParity, seed: int, placement: Placement) -> Data:
    """Inputs -1 for a bit that is set and 1 for one that is not, then the constant 1.

    Labels: the exclusive or of the first bits. Without the constant a net of one hidden layer and
    no biases cannot represent an odd parity (science: the parity trap).
    """
    strings = distinct(task.examples, task.bits, seed)
    train, test = strings[: task.train_strings].clone(), strings[task.train_strings :].clone()
    return Data(
        train=_examples(train, task.parity_bits, placement),
        test=_examples(test, task.parity_bits, placement),
        split={"train_strings": train, "test_strings": test},
        loss=task.loss,
    )


def distinct(count: int, bits: int, seed: int) -> Tensor:
    """Random strings (count, bits) of 0 and 1, int8, no two alike; there are 2^bits in all."""
    generator = seeds.generator("strings", seed)
    strings = torch.empty(0, bits, dtype=torch.int8)
    while len(strings) < count:
        drawn = torch.randint(2, (count, bits), generator=generator, dtype=torch.int8)
        strings = _once(torch.cat([strings, drawn]))
    return strings[:count]


def _once(rows: Tensor) -> Tensor:
    """Each row where it first stands."""
    alike, which = torch.unique(rows, dim=0, return_inverse=True)
    first = torch.full((len(alike),), len(rows))
    first.scatter_reduce_(0, which, torch.arange(len(rows)), "amin")
    return rows[first.sort().values]


def _examples(strings: Tensor, parity_bits: int, placement: Placement) -> Examples:
    signs = (1 - 2 * strings).to(placement.dtype)
    inputs = torch.cat([signs, torch.ones(len(signs), 1, dtype=placement.dtype)], 1)
    labels = strings[:, :parity_bits].sum(1, keepdim=True, dtype=torch.int64) % 2
    return Examples(inputs.to(placement.device), labels.to(placement.device))
