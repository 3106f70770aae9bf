"""How a chart is to be drawn: frozen, so that what is drawn follows from it and the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from grok_tui.monitor.traces import Band

Quantity = Literal["step", "seconds", "since"]
"""What runs along the x axis; "since": steps since the lane memorised. A step is an epoch."""
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
WORDS: dict[Quantity, str] = {
    "step": "steps",
    "seconds": "seconds",
    "since": "steps since memorised",
}
ONE: dict[Quantity, str] = {"step": "step", "seconds": "second", "since": "since memorised"}
"""What a single place on the axis is called."""
Range = tuple[float, float]
"""Low and high, low below high."""


@dataclass(frozen=True)
class Settings:
    """Everything that a person may decide about a chart."""

    log_x: bool = True
    log_y: bool = False
    x: Quantity = "step"
    smoothing: float = 0.0
    """Weight of the moving average; 0: none."""
    window: Range | None = None
    """The part of the x axis that is shown; None: all of it."""
    limits: Range | None = None
    """Of the y axis; None: as the numbers are."""
    band: Band = "min-max"
    hidden: frozenset[str] = frozenset()
    """Keys of traces that are not drawn."""
    pinned: str = ""
    """Key of the trace that lies on top."""
    dense: bool = True
    """Whether dense arms are drawn."""
    cursor: float | None = None
    """Where values are read out."""
    hues: bool = True
    """Whether lines have colours; without, all are told apart by their patterns."""
