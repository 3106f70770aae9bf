"""The memory that a block works in, made once and overwritten at each step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


class Workspace:
    """Buffers by name. Blocks of one GPU share them: one steps after the other."""

    def __init__(self, example: Tensor) -> None:
        """`example` has the dtype and the device of every buffer."""
        self.example = example
        self._buffers: dict[str, Tensor] = {}
        self.holder: object = None
        """Whose forward pass it holds."""

    def buffer(self, name: str, *shape: int) -> Tensor:
        """The buffer of that name, its memory shared by all shapes that are asked for."""
        size = math.prod(shape)
        held = self._buffers.get(name)
        if held is None or len(held) < size:
            held = self.example.new_empty(size)
            self._buffers[name] = held
        return held[:size].view(shape)
