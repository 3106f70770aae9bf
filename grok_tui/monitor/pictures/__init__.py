"""What can be seen inside a network, drawn from its frames: a module each, all in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.pictures import (
    cells,
    circle,
    layers,
    masks,
    movement,
    spectrum,
    weights,
)

if TYPE_CHECKING:
    from grok_tui.monitor.pictures.picture import Picture

PICTURES: tuple[Picture, ...] = (
    cells.PICTURE,
    spectrum.PICTURE,
    circle.PICTURE,
    weights.PICTURE,
    masks.PICTURE,
    layers.PICTURE,
    movement.PICTURE,
)
"""In the order in which they are turned over. A new one: a module here and a line above."""
