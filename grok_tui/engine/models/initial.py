"""Weights before training: drawn by seed, or read from a file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import seeds, weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.protocol.models import Model

BY_ROWS = ("W_U", "W_pos")
"""Matrices whose d_in is the number of rows: W_U stands transposed, and W_pos is drawn like the
published one, 1 / sqrt(d_model), not by the two positions that it has."""
SHARED = "init"
"""The stream of the initial weights that all arms of a seed share."""


def d_in(name: str, shape: tuple[int, ...]) -> int:
    """What a product with a matrix sums over, d_model for W_pos."""
    return shape[0] if name in BY_ROWS else shape[-1]


class Initial:
    """The initial weights of a model by seed."""

    def __init__(self, section: Model, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self._section = section
        self._shapes = shapes
        self._read: dict[str, Tensor] = {}

    def __call__(self, seed: int, stream: str = SHARED) -> dict[str, Tensor]:
        """N(0, (init_scale / sqrt(d_in))^2) for each matrix, zero for a bias; or those of a file.

        Another stream has other weights of the same law, drawn whatever file there is. Raises
        PresetError for a file that does not fit.
        """
        section = self._section
        if section.weights_from and stream == SHARED:
            if not self._read:  # once: a file that changes under a run must not part its lanes
                path, prefix = section.weights_from, section.weights_prefix
                self._read = weights.matrices(path, prefix, self._shapes)
            return self._read
        return {
            name: self._drawn(shape, name, seeds.generator(f"{stream}/{name}", seed))
            for name, shape in self._shapes.items()
        }

    def _drawn(self, shape: tuple[int, ...], name: str, noise: torch.Generator) -> Tensor:
        if len(shape) == 1:
            return torch.zeros(shape)
        scale = self._section.init_scale / math.sqrt(d_in(name, shape))
        return torch.randn(shape, generator=noise) * scale
