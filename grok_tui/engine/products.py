"""The one function through which matrices are multiplied.

On a CPU every lane goes through `mm` alone: batched products take other kernels for one lane than
for two, so a lane's bits would depend on who shares its stack. On a GPU lanes go as a batch.
"""

from __future__ import annotations

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
