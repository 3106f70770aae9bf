"""Trainers that look up a hundred times a second: for clients that do not wait."""

from __future__ import annotations

from grok_tui.engine import orders
from grok_tui.engine.clock import Pace


def eager() -> None:
    """Look for commands between short slices."""
    orders.LOOK_EVERY = 0.01
    Pace.SLICE = 0.005
