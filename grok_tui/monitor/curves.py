"""Traces drawn again and again as they grow, with the settings of a chart.

Whose traces they are does not matter here: a run's are made in `tracing.py`, groups of runs
elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grok_tui.monitor.axes import Axis, limited, value_axis, windowed
from grok_tui.monitor.inks import dimmed
from grok_tui.monitor.plotter import Plotter, Scene
from grok_tui.monitor.smoothing import Smoothed
from grok_tui.monitor.traces import RAW, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.figures import Grid, Mark
    from grok_tui.monitor.plotter import Size
    from grok_tui.monitor.settings import Settings


@dataclass(frozen=True)
class Ground:
    """What is known of a chart's axes before its numbers are looked at."""

    x: Axis
    """The whole of it, which does not move while a run trains."""
    y: Axis | None = None
    """The one that it always has; None: as the numbers are."""
    marks: tuple[Mark, ...] = ()


class Curves:
    """One chart of traces; costs what is new, and nothing while nothing is seen to change."""

    def __init__(self) -> None:
        self._plotter = Plotter()
        self._smoothed: dict[tuple[str, int], tuple[object, Smoothed]] = {}
        self._y: Axis | None = None

    def draw(self, traces: Sequence[Trace], settings: Settings, size: Size, ground: Ground) -> Grid:
        """The chart at this size; the same grid while nothing changed. Later traces lie on top."""
        found = list(self._expanded(visible(traces, settings), settings))
        x = windowed(ground.x, settings.window)
        y = limited(settings.limits, settings.log_y) if settings.limits else None
        if y is None and ground.y is not None and not settings.log_y:
            y = ground.y
        if y is None:
            low, high = self._plotter.limits(found, x, size, settings.log_y)
            y = self._y = value_axis(low, high, settings.log_y, self._y)
        scene = Scene(x, y, ground.marks, settings.band, settings.cursor)
        return self._plotter.draw(found, scene, size)

    def _expanded(self, traces: Sequence[Trace], settings: Settings) -> Iterator[Trace]:
        """What is drawn of them: raw lines behind smoothed ones, each member by itself."""
        if settings.smoothing:
            # what they are compared with stays as it is
            yield from (raw(trace) for trace in traces if trace.letter)
            traces = [self._smooth(one, settings) if one.letter else one for one in traces]
        for trace in traces:
            yield from _each(trace, settings)

    def _smooth(self, trace: Trace, settings: Settings) -> Trace:
        kind = (settings.smoothing, settings.log_y)
        members = []
        for index, member in enumerate(trace.members):
            kept = self._smoothed.get((trace.key, index))
            if kept is None or kept[0] != kind:
                kept = self._smoothed[trace.key, index] = (kind, Smoothed(*kind))
            members.append(replace(member, ys=kept[1].take(member.ys)))
        return replace(trace, key=f"{trace.key} smoothed {kind}", members=tuple(members))


def visible(traces: Sequence[Trace], settings: Settings) -> list[Trace]:
    """The traces that are drawn, the pinned one last."""
    shown = [trace for trace in traces if trace.owner not in settings.hidden]
    return sorted(shown, key=lambda trace: trace.owner == settings.pinned)


def raw(trace: Trace) -> Trace:
    """What a trace is behind its own smoothed line: dim, without a letter, in no legend."""
    return replace(trace, role=dimmed(trace.role), letter="", label="", pattern=RAW)


def _each(trace: Trace, settings: Settings) -> Iterator[Trace]:
    """The trace, or one for each of its members; the letter is that of the first."""
    if settings.band != "each" or len(trace.members) < 2:
        yield trace
        return
    for index, member in enumerate(trace.members):
        letter = "" if index else trace.letter
        yield replace(trace, key=f"{trace.key} {index}", members=(member,), letter=letter)
