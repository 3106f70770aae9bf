"""Which parts of the charts pane fit into a given size, and how tall they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.watch import ALIVE
from grok_tui.ui.widgets.verdict import summary

if TYPE_CHECKING:
    from textual.geometry import Size

    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View

_CHART = 8
"""The least height of a chart, its title line included."""
_WIDTH = 60
"""The least width of a chart that stands beside another."""
_FAILURE = 12
WIDE = 130
"""From this width on what stands at the cursor has room in the header of its table."""
_SHAPES = {6: ((3, 2), (2, 3)), 4: ((2, 2),), 2: ((2, 1), (1, 2)), 1: ((1, 1),)}
"""Columns and rows of a page of so many charts, the better first."""


@dataclass(frozen=True)
class Wish:
    """What was asked for, whether or not there is room for it."""

    full: bool = False
    """The chosen chart alone."""
    density: int = 4
    """Charts of a page."""
    cursor: bool = False
    """A table of the values under it, where the arms are compared otherwise."""


@dataclass(frozen=True)
class Layout:
    """Heights in rows; 0: not shown. The charts take what is left."""

    grid: tuple[int, int]
    """Columns and rows of charts; (1, 1): the chosen one alone."""
    roomy: bool
    """A blank line between the parts."""
    arms: int = 0
    readout: int = 0
    verdict: int = 0


def arrange(size: Size, view: View | None, verdict: Verdict | None, wish: Wish) -> Layout:
    """The layout of the charts pane."""
    left = size.height
    if view is None or view.config is None:
        return Layout(_grid(size, left, wish), roomy=False)
    roomy = size.height >= 33
    gap = 1 if roomy else 0
    rows = min(1 + len(view.config.arms), max(3, left * 2 // 5)) if left >= _CHART + 3 else 0
    if wish.cursor and rows and size.width < WIDE:
        rows += 1  # for what stands at the cursor; on a wide screen that is right of the header
    if wish.full:
        rows = min(rows, max(3, left // 3)) if wish.cursor else 0
        return Layout((1, 1), roomy=False, readout=rows)
    left -= rows + 2 * gap
    columns, down = _grid(size, left, wish)
    words = 0
    if roomy or view.state not in ALIVE:
        room = max(0, left - gap - down * _CHART - (down > 1))
        words = len(summary(view, verdict, size.width, min(room, _FAILURE))) if room else 0
    arms, readout = (0, rows) if wish.cursor else (rows, 0)
    return Layout((columns, down), roomy, arms, readout, words)


def _grid(size: Size, rows: int, wish: Wish) -> tuple[int, int]:
    """The shape of the page that was asked for if it fits, else one chart alone."""
    if wish.full:
        return 1, 1
    for columns, down in _SHAPES[wish.density]:
        if size.width >= columns * _WIDTH and rows >= down * _CHART:
            return columns, down
    return 1, 1
