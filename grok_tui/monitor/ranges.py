"""Numbers and ranges as a person types them: 1200, 1.2k, 100 to 5000."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from grok_tui.errors import UsageError

if TYPE_CHECKING:
    from grok_tui.monitor.settings import Range

_UNITS = {"k": 1e3, "M": 1e6, "G": 1e9}
_BETWEEN = re.compile(r"\s*(?:\bto\b|\.\.|\u2013|,|\s)\s*")


def number(text: str) -> float:
    """A number, with k, M or G behind it if you like. Raises UsageError."""
    plain = text.strip()
    unit = _UNITS.get(plain[-1:], 1.0)
    try:
        value = float(plain[:-1] if unit > 1 else plain) * unit
    except ValueError:
        value = math.nan
    if not abs(value) <= 1e300:
        raise UsageError(f"{text.strip()[:40] or 'nothing'} is no number that can be drawn")
    return value


def limits(text: str, log: bool = False) -> Range | None:
    """Two numbers, the lower first; None for no text: automatic. Raises UsageError."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    if not parts:
        return None
    if len(parts) != 2:
        raise UsageError("expected two numbers, such as 100 5000, or nothing")
    low, high = number(parts[0]), number(parts[1])
    if not low < high:
        raise UsageError(f"expected the lower number first, not {parts[0][:40]} {parts[1][:40]}")
    if log and low <= 0:
        raise UsageError("a logarithmic axis begins above 0")
    return low, high
