"""Large weights are kept: of the arm that is read, at the moment it is read."""

from __future__ import annotations

from torch import Tensor

from grok_tui.engine.pruning.masks import Method, Reading


def score(reading: Reading) -> Tensor:
    """|weight|."""
    return reading.layout.packed(reading.weights).abs()


METHOD = Method(score, reads="weights")
