"""Signs of life of a sweep: whether somebody places its packs, and how quickly they train."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from grok_tui.monitor.watch import QUIET, Pulse
from grok_tui.protocol.rundir import lock_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from grok_tui.monitor.sweeps.folder import SweepDir

WINDOW = 30.0
"""Seconds over which a pace is taken."""


class Driver:
    """Whether somebody places the packs of a sweep."""

    def __init__(self, sweep: SweepDir, clock: Callable[[], float]) -> None:
        self._sweep, self._pulse = sweep, Pulse(clock)

    def lives(self) -> bool:
        """Whether the lock is held; where that cannot be told, whether its heartbeat goes on."""
        state = lock_state(self._sweep)
        if state == "unknown":
            return self._pulse.silence(self._sweep) < QUIET
        return state == "held"


class Pace:
    """How quickly a number grows, over the last half minute."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._past: deque[tuple[float, int]] = deque()

    def of(self, number: int) -> float | None:
        """By how much it grows a second, now that it is so large; None: that cannot be told."""
        now = self._clock()
        if self._past and number < self._past[-1][1]:
            self._past.clear()  # a trainer went back to its checkpoint
        self._past.append((now, number))
        while len(self._past) > 2 and now - self._past[1][0] >= WINDOW:
            self._past.popleft()
        since, before = self._past[0]
        return (number - before) / (now - since) if now > since and number > before else None
