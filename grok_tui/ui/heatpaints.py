"""The paints of a heat map: worked out once while it stands, off the event loop."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from grok_tui.monitor import paints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.sweeps.heat import Heat, HeatCell


def paint(cell: HeatCell, axis: Axis) -> int:
    """The paint of a place."""
    if cell.value is None:
        return paints.NEVER if cell.mark == "never" else paints.GROUND
    share = axis.fraction(cell.value)
    return paints.heat(share if math.isfinite(share) else 0.0)


@lru_cache(maxsize=4)
def painted(heat: Heat, axis: Axis) -> Sequence[Sequence[int]]:
    """Those of all places, by row and column."""
    return [[paint(cell, axis) for cell in row] for row in heat.cells]
