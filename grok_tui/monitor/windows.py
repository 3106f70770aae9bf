"""The part of an axis that is shown: zoomed, panned, or following what is newest.

All in fractions of the axis as it is drawn, so that a step of a key looks the same on a log axis.
None is the whole axis.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grok_tui.monitor.axes import windowed

if TYPE_CHECKING:
    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.settings import Range

NARROWEST = 1e-4
"""Least part of the whole axis that can be shown."""
AHEAD = 0.1
"""Part of the window that is left free when it goes on to what is newest, so that it need not move
with every step."""
RECENT = 0.25
"""Part of the axis that following begins with, if all of it was shown."""


def zoomed(whole: Axis, window: Range | None, factor: float, about: float) -> Range | None:
    """The window grown by a factor, with `about`, 0 to 1 across it, in its place."""
    low, high = _fractions(whole, window)
    width = min(1.0, max(NARROWEST, (high - low) * factor))
    return _window(whole, low + (high - low) * about - width * about, width)


def panned(whole: Axis, window: Range | None, share: float) -> Range | None:
    """The window moved by a share of its width, to the right if that is positive."""
    low, high = _fractions(whole, window)
    return _window(whole, low + (high - low) * share, high - low)


def following(whole: Axis, window: Range | None, newest: float) -> Range | None:
    """The window with the newest in it: as it was if that is so, else moved on to it."""
    low, high = _fractions(whole, window)
    now = whole.fraction(newest)
    if window is not None and low <= now <= high:
        return window
    width = high - low if window is not None else RECENT
    end = now if math.isfinite(now) else 0.0
    return _window(whole, end - width * (1 - AHEAD), width)


def _fractions(whole: Axis, window: Range | None) -> tuple[float, float]:
    shown = windowed(whole, window)
    low, high = whole.fraction(shown.low), whole.fraction(shown.high)
    return low, high


def _window(whole: Axis, low: float, width: float) -> Range | None:
    """The window of that width, moved so that it lies within the axis; None if it is all of it."""
    if width > 1 - NARROWEST:
        return None
    low = min(1 - width, max(0.0, low))
    return whole.value(low), whole.value(low + width)
