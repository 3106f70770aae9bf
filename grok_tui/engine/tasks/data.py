"""What a task gives a lane: inputs, labels and the split they come from, built once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Examples:
    """One set of examples on the device of the run."""

    inputs: Tensor
    """Tokens (examples, tokens), int64."""
    labels: Tensor
    """(examples, 1), int64."""


@dataclass(frozen=True, eq=False)
class Data:
    """Training and test set of one seed."""

    train: Examples
    test: Examples
    train_pairs: Tensor
    """(examples, 2), int64, on the CPU: what the split is, for artifacts and for the hash."""
    test_pairs: Tensor

    @cached_property
    def sha256(self) -> str:
        """Hash of both sets in their order."""
        digest = hashlib.sha256()
        for pairs in (self.train_pairs, self.test_pairs):
            digest.update(repr(pairs.tolist()).encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Placement:
    """Where the tensors of a run live and in which precision."""

    device: torch.device
    dtype: torch.dtype
