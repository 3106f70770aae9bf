"""What stands below heat maps: their colours with the values at their ends, and their marks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.sweeps.heat import LABELS
from grok_tui.monitor.sweeps.marks import counted, end, unsettled
from grok_tui.monitor.text import columns
from grok_tui.ui.widgets.heatlayout import SILL, TITLE, in_sight, legend_rows
from grok_tui.ui.widgets.paper import DIM, TEXT, Paper

if TYPE_CHECKING:
    from grok_tui.monitor.sweeps.heat import Mark
    from grok_tui.ui.survey import Maps, Survey
    from grok_tui.ui.widgets.heatlayout import Layout

SIGNS: dict[Mark, str] = {
    "never": "×",  # noqa: RUF001
    "some": "*",
    "waiting": "·",
    "unavailable": "/",
}
"""What stands at a place without a value, and behind one that not all seeds have."""


def write_legend(paper: Paper, found: Survey, how: Layout, *, plain: bool) -> None:
    """The scale and, where there is room, what the marks say."""
    rows = legend_rows(len(paper.grid))
    y = TITLE + how.rows + SILL
    if not rows or found.maps is None:
        return
    maps = found.maps
    x = _write_scale(paper, y, maps, plain=plain)
    x = paper.write(x, y, found.held, TEXT) + 2
    if any(len(one.xs) > how.across or len(one.ys) > how.down for one in maps.heats):
        paper.write(x, y, f"{how.across} x {how.down} in sight, the map goes on", DIM)
    if rows > 1:
        paper.write(0, y + 1, _told(maps, found.outlook.arm, how.maps, paper.width), DIM)


def _write_scale(paper: Paper, y: int, maps: Maps, *, plain: bool) -> int:
    """The colours and their ends, once there are values; the column after it."""
    measure, axis = maps.heats[0].measure, maps.axis
    x = paper.write(0, y, LABELS[measure], DIM) + 2
    if all(cell.value is None for one in maps.heats for cell in one.each()):
        return x
    x = paper.write(x, y, end(axis.low, measure), TEXT) + 1
    for paint in range(paints.HEAT, paints.HEAT + paints.HEATS):
        if plain:
            x = paper.write(x, y, paints.PLAIN[paint], DIM)
        else:
            paper.stamp(x, y, [(" ", paints.pair(paints.PALE, paint))] * 2)
            x += 2
    return paper.write(x + 1, y, end(axis.high, measure) + (" log" if axis.log else ""), TEXT) + 2


@lru_cache(maxsize=1)
def _told(maps: Maps, arm: str, many: int, width: int) -> str:
    """What the marks say, with their counts on the maps in sight where that has room."""
    heats = in_sight(maps.heats, arm, many)
    marks = [(SIGNS[mark], words) for mark, words in counted(heats) if mark in SIGNS]
    told = [f"{sign} {words}" for sign, words in marks] + [unsettled(heats)]
    line = "  ".join(filter(None, told))
    if columns(line) <= width:
        return line
    return "  ".join(f"{sign} {words.partition(':')[0]}" for sign, words in marks)
