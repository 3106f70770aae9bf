"""What a chart says of its lines: which is which, how they were made, why it is empty."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grok_tui.monitor.axes import short
from grok_tui.monitor.curves import visible
from grok_tui.monitor.settings import WORDS
from grok_tui.monitor.text import columns, shortened
from grok_tui.monitor.traces import value_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.settings import Settings
    from grok_tui.monitor.traces import Band, Trace

_NAMES = (40, 16, 10)
"""Columns of a name, tried one after the other until all lines fit."""
_SEEDS: dict[Band, str] = {
    "min-max": "mean and range of {} seeds",
    "sd": "mean \u00b1 sd of {} seeds",
    "mean": "mean of {} seeds",
    "each": "each of {} seeds",
}


def number(value: float) -> str:
    """A value in at most seven characters; what is no number is a dash."""
    size = abs(value)
    if not math.isfinite(value):
        return "\u2013"
    if size >= 1e5 or 0 < size < 1e-3:
        return short(value) if size >= 1e5 else f"{value:.1e}".replace("e-0", "e-")
    return f"{value:.0f}" if size >= 1e4 else f"{value:.4g}" if size >= 1 else f"{value:.3g}"


def legend(traces: Sequence[Trace], width: int) -> list[tuple[str, int]]:
    """Letter, name and newest value of each line with its role, as much of it as fits in a line.

    Where there is no room values are left out, then names are shortened, then left out.
    """
    return next(iter(lines(traces, width, 1)), [])


def lines(traces: Sequence[Trace], width: int, most: int) -> list[list[tuple[str, int]]]:
    """The same in as few lines as hold it, and at most so many."""
    named = [trace for trace in reversed(traces) if trace.label]
    for parts in _legends(named):
        found = list(_broken(parts, width))
        if len(found) <= most and all(columns(text) <= width for text, _ in parts):
            return found
    letters = [(trace.letter, trace.role) for trace in named]
    return list(_broken(letters, width))[:most] if width > 0 else []


def _broken(parts: Sequence[tuple[str, int]], width: int) -> Iterator[list[tuple[str, int]]]:
    """The parts in lines of at most this width, two columns between them."""
    line: list[tuple[str, int]] = []
    used = 0
    for part in parts:
        room = columns(part[0]) + 2
        if line and used + room - 2 > width:
            yield line
            line, used = [], 0
        line.append(part)
        used += room
    if line:
        yield line


def _legends(named: Sequence[Trace]) -> Iterator[list[tuple[str, int]]]:
    values = [number(value_at(trace, math.inf)) for trace in named]
    yield [
        (f"{trace.letter} {shortened(trace.name, 40)} {value}", trace.role)
        for trace, value in zip(named, values, strict=True)
    ]
    for room in _NAMES:
        yield [(f"{trace.letter} {shortened(trace.label, room)}", trace.role) for trace in named]


def reference(traces: Sequence[Trace], dashed: str) -> str:
    """What the dashed lines are, and whose if not everyone's; empty if there are none."""
    kind, is_metric, _ = dashed.rpartition("/")[2].partition("_")
    name = f"\u2500\u2500 test  \u2574\u2574 {kind}" if is_metric else f"\u2574\u2574 {kind}"
    main = [trace for trace in traces if trace.letter]
    whose = {trace.group for trace in traces if not trace.letter}
    if not dashed or not whose:
        return ""
    letters = "".join(sorted(trace.letter for trace in main if trace.owner in whose))
    return name + (f" of {letters}" if len(whose) < len(main) else "")


def seeds(count: int, settings: Settings) -> str:
    """How several seeds are drawn; nothing of one."""
    return _SEEDS[settings.band].format(count) if count > 1 else ""


def scale(settings: Settings, kind: str) -> str:
    """How the axes run."""
    along = WORDS[settings.x] if kind == "steps" else kind
    words = f"{'log' if settings.log_x else 'linear'} {along}"
    return f"{words}, log y" if settings.log_y else words


def view(settings: Settings, follows: bool) -> str:
    """Which part of the x axis is shown; nothing of all of it."""
    part = "\u2013".join(short(float(f"{end:.3g}")) for end in settings.window or ())
    return ", ".join(filter(None, [part, "following" if follows else ""]))


def smoothing(settings: Settings) -> str:
    """How much is smoothed; nothing if the line is what was measured."""
    return f"smoothed {settings.smoothing:g}" if settings.smoothing else ""


def emptiness(traces: Sequence[Trace], settings: Settings, x: Axis) -> str:
    """Why nothing can be seen of lines that there are; empty if something can."""
    if not traces and settings.x == "since":
        return "no arm has memorised so far: X shows steps"
    drawn = visible(traces, settings)
    if traces and not drawn:
        return "every arm is hidden: space shows it"
    ends = [(member.xs[0], member.xs[-1]) for one in drawn for member in one.members if member.xs]
    if ends and not any(first <= x.high and last >= x.low for first, last in ends):
        return "nothing was measured here: 0 shows all"
    return ""
