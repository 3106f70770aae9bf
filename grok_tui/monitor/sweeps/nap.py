"""Rest between two looks at a sweep: the more packs it has, the longer a look takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SHARE = 0.08
"""Part of the time that may go into looking."""
LONGEST = 5.0
"""Seconds: a driver has a heart to beat, and people wait."""


class Nap:
    """Sleeps as often as it is told to, for as long as the time since then allows."""

    def __init__(
        self,
        least: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._least, self._clock, self._sleep = least, clock, sleep
        self._woke = clock()

    def sleep(self) -> None:
        """Rest at least so long, and longer after a look that took long."""
        took = self._clock() - self._woke
        self._sleep(max(self._least, min(LONGEST, took * (1 / SHARE - 1))))
        self._woke = self._clock()
