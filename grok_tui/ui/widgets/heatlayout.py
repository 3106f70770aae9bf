"""How heat maps are laid on cells: how many stand side by side, how large their places are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.text import columns, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.sweeps.heat import Heat
    from grok_tui.ui.survey import Maps, Survey

WIDEST, TALLEST = 8, 3
"""Columns and rows of a place at most."""
LABEL = 8
"""Columns of the label of a row at most."""
APART = 3
"""Columns between two maps."""
FEW = 8
"""Rows of places that have two rows of cells each."""
TITLE, SILL = 1, 1
"""Rows above a map and below it."""
SLIM, FAIR = 1, 4
"""Columns that a place keeps at least where two maps stand side by side, and where more do."""
LEAST = 14
"""Columns of a map that has one beside it, at least."""


@dataclass(frozen=True)
class Layout:
    """How maps are laid on so many columns and rows."""

    maps: int
    """How many stand side by side."""
    width: int
    """Columns of each, its labels included."""
    gutter: int
    """Columns of the labels."""
    wide: int
    tall: int
    """Columns and rows of a place."""
    halves: bool
    """Whether a row of cells has two rows of places."""
    across: int
    down: int
    """Places that are seen."""

    @property
    def rows(self) -> int:
        """Rows of the places that are seen."""
        return math.ceil(self.down / 2) if self.halves else self.down * self.tall

    def window(self, of: Heat, here: tuple[int, int] | None) -> tuple[int, int]:
        """The first column and the lowest row that are seen: the cursor is among them."""
        x, y = here or (0, 0)
        left = max(0, min(x - self.across // 2, len(of.xs) - self.across))
        return left, max(0, min(y - self.down // 2, len(of.ys) - self.down))


def layout(maps: Maps, size: tuple[int, int], *, plain: bool) -> Layout:
    """The largest places of which all are seen; if that cannot be, as many as have room."""
    width, height = size
    xs = max(1, *(len(one.xs) for one in maps.heats))
    ys = max(1, *(len(one.ys) for one in maps.heats))
    labels = [safe(shown(value), LABEL) for one in maps.heats for value in one.ys]
    gutter = 2 + max(map(columns, labels), default=0)
    many = 1
    for count in range(2, len(maps.heats) + 1):
        least = gutter + max(LEAST, xs * (SLIM if count == 2 else FAIR))
        if count * least + APART * (count - 1) <= width:
            many = count
    each = (width - APART * (many - 1)) // many
    wide = max(1, min(WIDEST, (each - gutter) // xs))
    room = max(1, height - TITLE - SILL - legend_rows(height))
    halves = not plain and ys > room
    return Layout(
        maps=many,
        width=each,
        gutter=gutter,
        wide=wide,
        tall=1 if halves else max(1, min(TALLEST, room // ys)),
        halves=halves,
        across=min(xs, max(0, each - gutter) // wide),
        down=min(ys, 2 * room if halves else room),
    )


def legend_rows(height: int) -> int:
    """Rows of the legend in so many."""
    return 2 if height >= 9 else 1 if height >= 6 else 0


def natural(found: Survey) -> int:
    """Rows in which all places are seen, of two rows each where they are few."""
    if found.maps is None:
        return 1
    rows = max(1, *(len(one.ys) for one in found.maps.heats))
    return TITLE + rows * (2 if rows <= FEW else 1) + SILL + legend_rows(rows + 9)


def in_sight(heats: Sequence[Heat], arm: str, most: int) -> Sequence[Heat]:
    """So many of them, the one of this arm among them."""
    if most > 1:
        return heats[:most]
    return [one for one in heats if one.arm == arm][:1]
