"""A curve in a dozen characters: accuracy over the logarithm of the step.

    cells([(1, 0.01), (40, 0.02), (1200, 0.99)], 5000)    a value for each character, or None
    drawn(those)                                          "▁▁▁▁▁▁▁▁▁█  "

All sparklines of a list have one scale: upright from 0 to 1, across from the first step to the
last that is planned, so that a late rise stands at the right whatever the run.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CELLS = 12
LEVELS = "▁▂▃▄▅▆▇█"
PLAIN = "_.,-=+*#"
"""The same where there is no Unicode."""


def cells(points: Sequence[tuple[int, float]], planned: int) -> tuple[float | None, ...]:
    """What stands in each cell: the last value up to its end; None where nothing was measured.

    `points` are steps, rising, and finite values.
    """
    if not points:
        return (None,) * CELLS
    steps = [step for step, _ in points]
    found: list[float | None] = []
    before = 0
    for end in _ends(max(planned, steps[-1], 1)):
        after = bisect_left(steps, end, before)
        past = before == len(steps) or not after
        found.append(None if past else points[after - 1][1])
        before = after
    return tuple(found)


@lru_cache(maxsize=64)
def _ends(planned: int) -> tuple[float, ...]:
    """The step before which each cell ends; the last holds all that are left."""
    width = math.log(planned + 1) / CELLS
    return (*(math.exp(width * cell) - 1 for cell in range(1, CELLS)), math.inf)


def drawn(values: Iterable[float | None], *, plain: bool = False) -> str:
    """A character for each value; what is beyond 0 and 1 is drawn as these, None as a blank."""
    levels = PLAIN if plain else LEVELS
    return "".join(
        " " if value is None else levels[min(7, max(0, int(min(max(value, 0.0), 1.0) * 8)))]
        for value in values
    )
