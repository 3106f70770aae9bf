"""The memory that a block works in, made once and overwritten at each step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor
    from torch.cuda import _POOL_HANDLE


class Workspace:
    """Buffers by name. Blocks of one GPU share them: one steps after the other."""

    def __init__(self, example: Tensor) -> None:
        self._example = example
        self._buffers: dict[str, Tensor] = {}
        self.holder: object = None
        """Whose forward pass it holds."""
        self._pool: _POOL_HANDLE | None = None
        self._stream: torch.cuda.Stream | None = None

    def buffer(self, name: str, *shape: int) -> Tensor:
        """The buffer of that name, in the dtype and on the device of the example."""
        size = math.prod(shape)
        held = self._buffers.get(name)
        if held is None or len(held) < size:
            held = self._example.new_empty(size)
            self._buffers[name] = held
        return held[:size].view(shape)

    def pool(self) -> _POOL_HANDLE:
        """Memory that the graphs of all blocks use in turn; CUDA only."""
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        return self._pool

    def stream(self) -> torch.cuda.Stream:
        """The stream on which all blocks are recorded and replayed; CUDA only."""
        if self._stream is None:
            self._stream = torch.cuda.Stream(self._example.device)  # type: ignore[no-untyped-call]
        return self._stream
