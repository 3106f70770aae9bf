"""The one function through which matrices are multiplied.

On a CPU every lane goes through `mm` alone: batched products take other kernels for one lane than
for two, so a lane's bits would depend on who shares its stack. On a GPU lanes go as a batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


def multiply(left: Tensor, right: Tensor, out: Tensor, *, add: bool = False) -> Tensor:
    """left @ right into `out`, or added to it.

    (rows, inner) by (inner, columns), or both with lanes in front.
    """
    kept = 1 if add else 0
    if out.dim() == 2:
        return torch.addmm(out, left, right, beta=kept, out=out)
    return torch.baddbmm(out, left, right, beta=kept, out=out)


@dataclass(frozen=True, eq=False)
class Product:
    """A product whose operands stay where they are: to take views of them costs as much."""

    left: Tensor
    right: Tensor
    out: Tensor
    add: bool = False

    def __call__(self) -> None:
        """Multiply what the operands hold now."""
        multiply(self.left, self.right, out=self.out, add=self.add)
