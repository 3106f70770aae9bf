"""At which steps a lane is measured: known in advance, the same for every lane of a run."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERY_STEP_TO = 100


class Grid:
    """The measured steps 0 .. `steps`, both ends included."""

    def __init__(self, steps: int, log: Literal["grid", "every-step"]) -> None:
        self.points: Sequence[int] = range(steps + 1) if log == "every-step" else _sparse(steps)

    def after(self, step: int) -> int | None:
        """The next measured step, or None after the last one."""
        index = bisect_right(self.points, step)
        return self.points[index] if index < len(self.points) else None

    def between(self, first: int, last: int) -> Sequence[int]:
        """The measured steps from `first` to `last`, both included."""
        points = self.points
        return points[bisect_left(points, first) : bisect_right(points, last)]


def _sparse(steps: int) -> list[int]:
    """Every step to 100 (in effect to 200), then about 1 % apart, and the last."""
    points = [0]
    while points[-1] < steps:
        last = points[-1]
        points.append(min(steps, last + max(1, last // EVERY_STEP_TO)))
    return points
