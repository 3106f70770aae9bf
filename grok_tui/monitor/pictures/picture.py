"""What every picture is, and what it is drawn from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor import paints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.frames import Reel
    from grok_tui.protocol.frames import Frame

Size = tuple[int, int]
"""Columns and rows."""
TEXT, ACCENT = 200, 203
"""Roles of words and of bars, those that a screen has for its own."""


@dataclass(frozen=True)
class Shot:
    """One frame among those of its lane."""

    reel: Reel
    at: int
    """Its place in the reel."""
    planned: int
    """Steps that the longest arm is to train: what charts over steps go to."""
    plain: bool = False
    """Draw without colours."""

    @property
    def frame(self) -> Frame:
        """The frame itself."""
        return self.reel.frames[self.at]


@dataclass(frozen=True)
class Sketch:
    """A picture that was drawn, and the numbers that it shows in a few words."""

    grid: Grid
    note: str


@dataclass(frozen=True)
class Picture:
    """One way to look at a frame: pure functions of a shot and of which part is wanted."""

    name: str
    title: str
    parts: Callable[[Frame], Sequence[str]]
    """What can be chosen, matrices or sides; a single empty name if there is no choice, nothing if
    the network has no such picture."""
    draw: Callable[[Shot, int, Size], Sketch]
    """The part of that number at this size."""
    caption: Callable[[Shot, int], str]
    """What it shows and what to look for, for someone who never saw one."""
    numbers: Callable[[Shot, int], Iterable[Sequence[object]]]
    """What it is drawn from as rows, the first with their names."""


@dataclass(frozen=True)
class Fit:
    """How rows and columns of values are laid on pixels."""

    down: int
    """Every how many-th row is shown."""
    across: int
    tall: int
    """Pixels of a row that is shown."""
    wide: int

    def lay(self, paint: Callable[[int, int], int], rows: int, columns: int) -> list[list[int]]:
        """The pixels of a picture whose values have these paints, by row and column."""
        found = []
        for row in range(0, rows, self.down):
            line = [paint(row, column) for column in range(0, columns, self.across)]
            found += [[one for one in line for _ in range(self.wide)]] * self.tall
        return found


def fit(rows: int, columns: int, size: Size, plain: bool, square: bool = False) -> Fit:
    """The largest whole pixels, or the least thinning, so that all fit into so many cells.

    Pixels are half as tall as a cell, as wide as one, so nearly square; without colours a pixel is
    a cell. `square`: rows and columns alike.
    """
    width, height = max(1, size[0]), max(1, size[1] * (1 if plain else 2))
    down, across = math.ceil(rows / height), math.ceil(columns / width)
    if square:
        down = across = max(down, across)
    tall = height // math.ceil(rows / down)
    wide = width // math.ceil(columns / across)
    if square:
        tall = wide = min(tall, wide)
        wide = min(2 * wide, width // math.ceil(columns / across)) if plain else wide
    return Fit(down, across, tall, wide)


def painted(
    paint: Callable[[int, int], int], rows: int, columns: int, how: Fit, plain: bool
) -> Grid:
    """A picture of these values as cells."""
    return paints.to_cells(how.lay(paint, rows, columns), plain)


def every(step: int, things: str) -> str:
    """That some are left out: every 2nd row; empty if none is."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if step % 100 in (11, 12, 13) else ends.get(step % 10, "th")
    return f"every {step}{ending} {things}" if step > 1 else ""


def signed(value: int) -> int:
    """A byte as a whole number from -128 to 127."""
    return value - 256 if value > 127 else value
