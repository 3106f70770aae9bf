"""A larger sweep made of one that is there: more seeds, or a finer grid in a region."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from grok_tui.errors import UsageError
from grok_tui.monitor.sweeps.axes import DIGITS
from grok_tui.monitor.sweeps.design import MAX_SEED
from grok_tui.monitor.text import safe
from grok_tui.protocol.sweeps import MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grok_tui.monitor.sweeps.axes import Line
    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.protocol.sweeps import Scalar

MAX_SEEDS = 1000
WIDE = 8
"""The ratio of the ends of an axis from which its middles are those of a log scale."""


def with_seeds(design: Design, count: int, taken: Iterable[int] = ()) -> Design:
    """So many further seeds for each cell, after all that are taken. Raises UsageError."""
    seeds = design.seeds
    first = max([*seeds, *taken]) + 1
    if not 1 <= count <= MAX_SEEDS - len(seeds):
        raise UsageError(f"{count} seeds; expected 1 to {max(0, MAX_SEEDS - len(seeds))} more")
    if first + count - 1 > MAX_SEED:
        raise UsageError("the seeds become too large")
    more = (*seeds, *range(first, first + count))
    return replace(design, sweep=msgspec.structs.replace(design.sweep, seeds=more))


def can_be_finer(design: Design, axis: Line) -> bool:
    """Whether there is something between its values."""
    zipped = any(axis.name in names for names in design.sweep.zips)
    return not zipped and len(axis.values) > 1 and all(map(_is_number, axis.values))


def finer(design: Design, name: str, ends: tuple[float, float], between: int) -> Design:
    """So many values more between each two neighbours of an axis from `ends` to `ends`.

    Raises UsageError.
    """
    axis = next(one for one in design.axes if one.name == name)
    values = sorted(value for value in axis.values if not isinstance(value, str))
    low, high = min(ends), max(ends)
    pairs = [pair for pair in pairwise(values) if low <= pair[0] and pair[1] <= high]
    shown = safe(name, 40)
    if not pairs:
        told = f"{values[0]:g} to {values[-1]:g}"
        raise UsageError(f"no two values of {shown} lie there; expected a part of {told}")
    whole = all(isinstance(value, int) for value in values)
    log = values[0] > 0 and values[-1] >= WIDE * values[0]
    added = [
        found
        for pair in pairs
        for found in _middles(pair, between, log=log, whole=whole)
        if found not in values
    ]
    if not added:
        raise UsageError(f"there is no whole number between those of {shown}")
    if len(values) + len(added) > MAX_VALUES:
        raise UsageError(f"{shown} has more than {MAX_VALUES} values")
    grown = replace(axis, values=tuple(sorted({*values, *added})))
    axes = tuple(grown if one is axis else one for one in design.axes)
    return replace(design, axes=axes)


def _middles(pair: tuple[float, float], between: int, *, log: bool, whole: bool) -> Iterator[float]:
    first, last = map(math.log, pair) if log else pair
    for step in range(1, between + 1):
        place = first + (last - first) * step / (between + 1)
        value = math.exp(place) if log else place
        yield round(value) if whole else float(f"{value:.{DIGITS}g}")


def _is_number(value: Scalar) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
