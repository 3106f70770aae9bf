"""What a score is given, with nothing but rows in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch

from grok_tui.engine.pruning import Reading
from grok_tui.protocol.arms import Arm

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.lanes import Layout


def of_rows(layout: Layout, weights: Tensor, mask: Tensor | None = None, **recipe: Any) -> Reading:
    """A reading of these weights for an arm with this recipe; no model, no data, seed 0."""
    ones = layout.row(
        {name: torch.ones(shape) for name, shape in layout.shapes.items()}, torch.uint8
    )
    seed = recipe.pop("seed", 0)
    return Reading(
        recipe=Arm(**({"name": "arm"} | recipe)),
        seed=seed,
        layout=layout,
        model=cast("Any", None),
        data=cast("Any", None),
        weights=weights,
        mask=ones if mask is None else mask,
    )
