"""Large weights are kept: of the arm that is read, at the moment it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.pruning.masks import Reading


def score(reading: Reading) -> Tensor:
    """|weight|; below all others what that arm had pruned itself, so that it never returns."""
    layout = reading.layout
    gone = layout.packed(reading.mask) == 0
    return layout.packed(reading.weights).abs().masked_fill(gone, -1.0)
