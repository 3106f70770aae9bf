"""The one function through which matrices are multiplied.

On a CPU every lane goes through `mm` alone: batched products take other kernels for one lane than
for two, so a lane's bits would depend on who shares its stack. On a GPU lanes go as a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor


def multiply(left: Tensor, right: Tensor, out: Tensor) -> Tensor:
    """left @ right into `out`: (rows, inner) by (inner, columns), or that with lanes in front."""
    if out.dim() == 2:
        return torch.mm(left, right, out=out)
    return torch.bmm(left, right, out=out)


class Scratch:
    """Buffers by name, made once and overwritten in place at each step."""

    def __init__(self) -> None:
        self._buffers: dict[str, Tensor] = {}

    def like(self, name: str, shape: tuple[int, ...], example: Tensor) -> Tensor:
        """The buffer of that name and shape, of the dtype and device of `example`."""
        buffer = self._buffers.get(name)
        if buffer is None or buffer.shape != shape:
            buffer = torch.empty(shape, dtype=example.dtype, device=example.device)
            self._buffers[name] = buffer
        return buffer
