"""At which steps a lane is measured: known in advance, the same for every lane of a run."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERY_STEP_TO = 100


class Grid:
    """The measured steps 0 .. `steps`, both ends included."""

    def __init__(self, steps: int, log: Literal["grid", "every-step"]) -> None:
        self.points: Sequence[int] = range(steps + 1) if log == "every-step" else _sparse(steps)
        self._members = self.points if isinstance(self.points, range) else frozenset(self.points)

    def __contains__(self, step: int) -> bool:
        """Whether every lane is measured after this many updates."""
        return step in self._members

    def after(self, step: int) -> int:
        """The next measured step; `step` is before the last one."""
        return self.points[bisect_right(self.points, step)]


def _sparse(steps: int) -> list[int]:
    """Every step to 100 (in effect to 200), then about 1 % apart, and the last."""
    points = [0]
    while points[-1] < steps:
        last = points[-1]
        points.append(min(steps, last + max(1, last // EVERY_STEP_TO)))
    return points
