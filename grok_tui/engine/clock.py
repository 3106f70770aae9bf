"""Training time: monotonic, without pauses, carried on over a resume."""

from __future__ import annotations

import time


class Stopwatch:
    """Seconds that were spent in training."""

    def __init__(self, spent: float = 0.0) -> None:
        self._spent = spent
        self._since: float | None = time.monotonic()

    def __call__(self) -> float:
        """Seconds so far."""
        running = 0.0 if self._since is None else time.monotonic() - self._since
        return self._spent + running

    def hold(self) -> None:
        """Stand still until `go`."""
        self._spent, self._since = self(), None

    def go(self) -> None:
        """Run, or run on."""
        if self._since is None:
            self._since = time.monotonic()


class Pace:
    """How many steps make a slice of about a tenth of a second, learnt from the last slices.

    On a GPU a slice may take as long as the one before it, whose steps it waits for. So two count
    together, and a step is never believed to be more than twice as quick as thought before.
    """

    SLICE = 0.08

    def __init__(self) -> None:
        self._cost = 1.0
        """Seconds a step of all lanes takes."""
        self._last = (0, 0.0)

    def steps(self) -> int:
        """Steps that fit in a slice, at least one."""
        return max(1, int(self.SLICE / self._cost))

    def took(self, steps: int, seconds: float) -> None:
        """Learn from a slice; one of no steps, a measurement, teaches nothing."""
        if not steps:
            return
        before, took = self._last
        self._last = steps, seconds
        self._cost = max(1e-6, self._cost / 2, (took + seconds) / (before + steps))
