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
_FAILURE = 12


@dataclass(frozen=True)
class Layout:
    """Heights in rows; 0: not shown. The charts take what is left."""

    four: bool
    """Four charts, two by two; else the chosen one alone."""
    roomy: bool
    """A blank line between the parts."""
    arms: int = 0
    verdict: int = 0


def arrange(size: Size, view: View | None, verdict: Verdict | None, full: bool) -> Layout:
    """The layout of the charts pane; `full` leaves the chosen chart alone with the head."""
    left = size.height
    if full or view is None or view.config is None:
        return Layout(four=not full and _four(size, left), roomy=False)
    roomy = size.height >= 33
    gap = 1 if roomy else 0
    arms = min(1 + len(view.config.arms), max(3, left // 2)) if left >= _CHART + 3 else 0
    left -= arms + 2 * gap
    least = 2 * _CHART + 1 if _four(size, left) else _CHART
    words = 0
    if roomy or view.state not in ALIVE:
        room = max(0, left - gap - least)
        words = len(summary(view, verdict, size.width, min(room, _FAILURE))) if room else 0
    return Layout(_four(size, left - words), roomy, arms, words)


def _four(size: Size, rows: int) -> bool:
    return size.width >= 120 and rows >= 2 * _CHART
