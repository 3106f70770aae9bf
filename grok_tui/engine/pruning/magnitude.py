"""Large weights are kept: of the arm that is read, at the moment it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.engine.pruning.masks import Method, Reading

if TYPE_CHECKING:
    from torch import Tensor


def score(reading: Reading) -> Tensor:
    """|weight|."""
    return reading.layout.packed(reading.weights).abs()


METHOD = Method(score, reads="weights")
