"""The settings that axes make together: each value with each, zipped ones side by side."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError, UsageError
from grok_tui.monitor.filter import parse
from grok_tui.protocol.sweeps import MAX_CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.filter import Term
    from grok_tui.monitor.sweeps.axes import Line
    from grok_tui.protocol.sweeps import Scalar, Sweep

    Places = tuple[int, ...]
    """Which value of each axis, or of each of some."""


def settings(axes: Sequence[Line], sweep: Sweep, source: str) -> list[tuple[Scalar, ...]]:
    """Every setting that `where` chooses, the last axis the quickest. Raises PresetError.

    A condition is on one axis, so that what it leaves out is never made: of a million settings a
    few can be chosen.
    """
    groups = _groups([axis.name for axis in axes], sweep.zips)
    chosen: set[Places] = set()
    for terms in _alternatives(sweep.where, axes, source):
        columns = [list(_rows(group, axes, terms)) for group in groups]
        if math.prod(map(len, columns)) <= MAX_CELLS:
            chosen.update(_together(columns, groups))
        if math.prod(map(len, columns)) > MAX_CELLS or len(chosen) > MAX_CELLS:
            problem = f"more than {MAX_CELLS} cells; expected fewer values, or a sweep.where"
            raise PresetError(source, "sweep.axes", problem)
    if not chosen:
        raise PresetError(source, "sweep.where", "no cell is left; expected some")
    return [
        tuple(axis.values[place] for axis, place in zip(axes, places, strict=True))
        for places in sorted(chosen)
    ]


def key_of(name: str) -> str:
    """What an axis is called in a filter: the last part of its name."""
    return name.rpartition(".")[2].replace("-", "_").casefold()


def _groups(names: Sequence[str], zips: Sequence[Sequence[str]]) -> list[Places]:
    """The axes by their places, those of a zip together."""
    zipped = [tuple(names.index(name) for name in together) for together in zips]
    inside = {place for group in zipped for place in group}
    return zipped + [(place,) for place in range(len(names)) if place not in inside]


def _alternatives(where: str, axes: Sequence[Line], source: str) -> Sequence[Sequence[Term]]:
    """Conditions that all hold, for each alternative. Raises PresetError."""
    try:
        found = parse(where, [key_of(axis.name) for axis in axes]).alternatives
    except UsageError as error:
        raise PresetError(source, "sweep.where", str(error)) from None
    if any(not term.key for terms in found for term in terms):
        problem = "a word alone; expected conditions on axes, such as pruning_rate<0.9"
        raise PresetError(source, "sweep.where", problem)
    return found or ((),)


def _rows(group: Places, axes: Sequence[Line], terms: Sequence[Term]) -> Iterator[Places]:
    """The values of axes side by side that fulfil these conditions, by their places."""
    good = []
    for index in group:
        key = key_of(axes[index].name)
        own = [term for term in terms if term.key == key]
        good.append([all(term.fits({key: value}) for term in own) for value in axes[index].values])
    for place, fits in enumerate(zip(*good, strict=True)):
        if all(fits):
            yield (place,) * len(group)


def _together(columns: Sequence[Sequence[Places]], groups: Sequence[Places]) -> Iterator[Places]:
    """One row of each group, in the order of the axes."""
    order = [index for group in groups for index in group]
    where = [order.index(index) for index in range(len(order))]
    for rows in product(*columns):
        places = [place for row in rows for place in row]
        yield tuple(places[index] for index in where)
