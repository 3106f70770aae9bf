"""A moving average of a growing series, for the price of what is new.

Exponential, and free of the pull towards zero that its first values would have. What is no number
stays none and does not spoil what follows.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

from grok_tui.monitor.columns import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

WEIGHTS = (0.0, 0.6, 0.9, 0.97, 0.99)
"""How much of the average is kept at each value; 0: nothing is smoothed."""

MOST = 709.0
"""The largest logarithm whose number is one."""


class Smoothed:
    """The average of one series; `log`: that of its logarithms, for a log axis."""

    def __init__(self, weight: float, log: bool) -> None:
        self._weight, self._log = weight, log
        self._store: array[float] = array("d")
        self._sum = self._share = 0.0
        self._last = 0.0

    def take(self, values: Sequence[float]) -> Column:
        """The average at each of these values; another series starts over."""
        done = len(self._store)
        if done and (len(values) < done or _plain(values[done - 1]) != self._last):
            self.__init__(self._weight, self._log)  # type: ignore[misc]
            done = 0
        self._add(values[done:])
        if len(values):
            self._last = _plain(values[-1])
        return Column(self._store, len(self._store))

    def _add(self, values: Sequence[float]) -> None:
        """A long log has a million of them, and a key waits: everything within reach is local."""
        add, weight, new, log = self._store.append, self._weight, 1 - self._weight, self._log
        total, share, least = self._sum, self._share, 0.0 if log else -math.inf
        for value in values:
            if least < value < math.inf:
                total = weight * total + new * (math.log(value) if log else value)
                share = weight * share + new
                average = total / share
                if log:
                    average = math.exp(min(MOST, average))
                add(average)
            else:
                add(value)
        self._sum, self._share = total, share


def _plain(value: float) -> float:
    return value if math.isfinite(value) else 0.0
