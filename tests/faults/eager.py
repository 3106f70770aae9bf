"""Trainers that are quick to hear, and those that work where something is missing or lies."""

from __future__ import annotations

import errno
import fcntl
import random
import time
from typing import TYPE_CHECKING

from grok_tui.engine import orders
from grok_tui.engine.clock import Pace

if TYPE_CHECKING:
    from collections.abc import Callable


def eager() -> None:
    """Look for commands between short slices."""
    orders.LOOK_EVERY = 0.01
    Pace.SLICE = 0.005


def without_flock() -> None:
    """A filesystem that has none."""

    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    eager()
    fcntl.flock = flock


JUMPS = (1, 59, 3600, 86_400, 365 * 86_400, 3650 * 86_400)
"""Seconds by which a clock is off, one way or the other."""


def jump(chance: random.Random, put: Callable[[object, str, object], object]) -> None:
    """Have each look at the wall clock find it elsewhere; `put` sets an attribute."""
    now, local, utc, written = time.time, time.localtime, time.gmtime, time.strftime

    def elsewhere() -> float:
        return now() + chance.choice((-1, 1)) * chance.choice(JUMPS)

    put(time, "time", elsewhere)
    put(time, "time_ns", lambda: int(elsewhere() * 1e9))
    put(time, "localtime", lambda at=None: local(elsewhere() if at is None else at))
    put(time, "gmtime", lambda at=None: utc(elsewhere() if at is None else at))
    put(time, "strftime", lambda text, at=None: written(text, at or local(elsewhere())))


def jumping(seed: int) -> None:
    """A trainer whose wall clock jumps."""
    eager()
    jump(random.Random(seed), setattr)
