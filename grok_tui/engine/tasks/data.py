"""What a task gives a lane: inputs, labels and the split they come from, built once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor

    from grok_tui.protocol.tasks import Loss

ROWS = 1024
"""Rows of a split that are written out at once for its hash."""


@dataclass(frozen=True, eq=False)
class Examples:
    """One set of examples on the device of the run."""

    inputs: Tensor
    """Tokens (examples, tokens), int64; or rows of numbers (examples, numbers), floating-point."""
    labels: Tensor
    """(examples, 1): classes, int64, or the numbers to predict, floating-point."""


@dataclass(frozen=True, eq=False)
class Data:
    """Training and test set of one seed."""

    train: Examples
    test: Examples
    split: Mapping[str, Tensor]
    """What the split is, on the CPU, for artifacts and for the hash: names that begin with
    `train_` have a row for each training example, those with `test_` one for each test example."""
    loss: Loss
    """What is made small."""

    @cached_property
    def sha256(self) -> str:
        """Hash of the split's tensors in their order."""
        digest = hashlib.sha256()
        for tensor in self.split.values():
            for piece in _written(tensor):
                digest.update(piece.encode())
        return digest.hexdigest()

    def kept(self, indices: Tensor) -> Data:
        """The same with only these training examples, int64 on the CPU, in this order."""
        there = indices.to(self.train.labels.device)
        train = Examples(self.train.inputs[there], self.train.labels[there])
        split = {
            name: tensor[indices] if name.startswith("train_") else tensor
            for name, tensor in self.split.items()
        }
        return replace(self, train=train, split=split)

    def wide(self) -> Data:
        """The same on the CPU, every number in float64: for what is worked out once."""
        return replace(self, train=_wide(self.train), test=_wide(self.test))


def _written(tensor: Tensor) -> Iterator[str]:
    """The numbers of a tensor as Python writes a list of them, some rows at a time.

    All at once they would take many times the room that they have in the tensor.
    """
    yield "["
    for place, rows in enumerate(torch.split(tensor, ROWS)):
        yield (", " if place else "") + repr(rows.tolist())[1:-1]
    yield "]"


def _wide(examples: Examples) -> Examples:
    inputs, labels = examples.inputs.cpu(), examples.labels.cpu()
    return Examples(
        inputs.double() if inputs.is_floating_point() else inputs,
        labels.double() if labels.is_floating_point() else labels,
    )


@dataclass(frozen=True)
class Placement:
    """Where the tensors of a run live and in which precision."""

    device: torch.device
    dtype: torch.dtype
