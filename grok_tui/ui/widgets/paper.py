"""A grid of cells that text is written on: every pane of the live screen is composed on one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grok_tui.monitor.text import columns, safe

if TYPE_CHECKING:
    from grok_tui.monitor.figures import Cell, Grid

TEXT, DIM, STRONG, INFO, GOOD, WARN, BAD, FAINT = 200, 201, 202, 203, 204, 205, 206, 207
"""Roles of words; those below 129 are of charts and arms."""


class Paper:
    """`height` rows of `width` blank cells; what does not fit is cut, never wrapped."""

    def __init__(self, width: int, height: int) -> None:
        self.width = max(0, width)
        self.grid: Grid = [[(" ", None)] * self.width for _ in range(max(0, height))]

    def write(self, x: int, y: int, text: str, role: int = TEXT, width: int = 10_000) -> int:
        """Write the text in at most `width` columns, with an ellipsis if cut; the column after it.

        Whatever the text holds, nothing of it steers the terminal.
        """
        room = min(width, self.width - x)
        if not 0 <= y < len(self.grid) or x < 0 or room <= 0:
            return x
        row = self.grid[y]
        for character in safe(text, room):
            taken = columns(character)
            if taken == 0 and x > 0:
                row[x - 1] = (row[x - 1][0] + character, row[x - 1][1])
            else:
                row[x : x + taken] = [(character, role), *[("", role)] * (taken - 1)]
            x += taken
        return x

    def write_right(self, right: int, y: int, text: str, role: int = TEXT) -> int:
        """Write the text so that it ends before column `right`; the column that it begins at."""
        text = safe(text, max(0, right))
        start = right - columns(text)
        self.write(start, y, text, role)
        return start

    def stamp(self, x: int, y: int, cells: list[Cell]) -> None:
        """Put ready cells on a row."""
        if 0 <= y < len(self.grid):
            room = max(0, self.width - x)
            self.grid[y][x : x + min(room, len(cells))] = cells[:room]


def bar(share: float, width: int, role: int) -> list[Cell]:
    """A thin bar in halves of a cell: `share` of `width`, the rest a faint rule."""
    halves = math.floor(min(1.0, max(0.0, share)) * width * 2 + 1e-9)
    full, half = divmod(halves, 2)
    rest = width - full - half
    return [*[("\u2501", role)] * full, *[("\u2578", role)] * half, *[("\u2500", FAINT)] * rest]


def wrap(text: str, width: int) -> list[str]:
    """The text broken at spaces into lines of at most `width` columns; long words are cut."""
    lines: list[str] = []
    for word in safe(text, 10_000).split():
        if lines and columns(lines[-1]) + 1 + columns(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(safe(word, width))
    return lines
