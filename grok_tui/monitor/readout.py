"""Values under the cursor, of every line in every chart that is shown, as rows of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.curves import visible
from grok_tui.monitor.traces import readings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.settings import Settings
    from grok_tui.monitor.traces import Reading, Trace


@dataclass(frozen=True)
class Row:
    """One line and what it is in each chart; None: it has no value there."""

    trace: Trace
    values: tuple[Reading | None, ...]


def table(charts: Sequence[Sequence[Trace]], x: float) -> list[Row]:
    """A row for each line of the first chart, by its value there, then those of the others."""
    found = [{one.trace.key: one for one in readings(traces, x)} for traces in charts]
    keys = dict.fromkeys(key for chart in found for key in chart)
    rows = []
    for key in keys:
        values = tuple(chart.get(key) for chart in found)
        trace = next(value.trace for value in values if value is not None)
        rows.append(Row(trace, values))
    return rows


def shown(traces: Sequence[Trace], settings: Settings, x: Axis) -> Iterator[tuple[object, ...]]:
    """What a chart shows, as rows with a header: x, then the value of each line at it.

    Of several members mean, lowest, highest and how many count. Where a line was not measured the
    cell is empty; lines that are hidden are left out, and so is what is outside the window `x`.
    """
    named = [trace for trace in visible(traces, settings) if trace.label]
    yield (settings.x, *(name for trace in named for name in _columns(trace)))
    places = sorted({x for trace in named for member in trace.members for x in member.xs})
    for place in places:
        if 0 <= x.fraction(place) <= 1:
            cells: list[object] = [place]
            for trace in named:
                cells += _cells(trace, place)
            yield tuple(cells)


def _columns(trace: Trace) -> list[str]:
    if len(trace.members) == 1:
        return [trace.label]
    return [f"{trace.label} {part}" for part in ("mean", "low", "high", "n")]


def _cells(trace: Trace, x: float) -> list[object]:
    found = next(iter(readings([trace], x)), None)
    if found is None or not math.isfinite(found.value):
        return [""] * len(_columns(trace))
    if len(trace.members) == 1:
        return [found.value if found.at == x else ""]
    return [found.value, found.low, found.high, found.count]
