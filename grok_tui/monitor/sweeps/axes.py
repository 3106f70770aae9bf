"""The axes of a sweep as lists of values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.protocol.settings import MAX_DEPTH, Change
from grok_tui.protocol.sweeps import MAX_AXES, MAX_VALUES, Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.sweeps import Axis, Number

DIGITS = 12
"""Significant digits of values that are worked out: 0.3 is 0.3."""
SLACK = 1e-9
"""Part of a step that rounding may cost."""
MAX_NAME = 200
NO_AXES = {
    "seeds": "expected sweep.seeds",
    "sweep": "expected a key of the preset",
    **dict.fromkeys(("title", "about", "reproduces"), "expected a key that changes a network"),
}
"""Keys of a preset that are not varied, and what to say."""


@dataclass(frozen=True)
class Line:
    """One axis: what it is called, what it changes, and its values in order."""

    name: str
    keys: tuple[tuple[str, ...], ...]
    """Key paths in the preset."""
    values: tuple[Scalar, ...]

    def changes(self, value: Scalar) -> tuple[Change, ...]:
        """What this value changes in the preset."""
        return _changes(self.keys, value)


@lru_cache(maxsize=MAX_AXES * MAX_VALUES, typed=True)
def _changes(keys: tuple[tuple[str, ...], ...], value: Scalar) -> tuple[Change, ...]:
    return tuple(Change(path, value, f"{'.'.join(path)}={value}") for path in keys)


def line(name: str, axis: Axis, source: str) -> Line:
    """The axis worked out. Raises PresetError."""
    key = f"sweep.axes.{name[:60]}"
    if not name.rpartition(".")[2].strip() or len(name) > MAX_NAME or not name.isprintable():
        problem = f"expected a name of 1 to {MAX_NAME} printable characters, no point at its end"
        raise PresetError(source, key, problem)
    keys = axis.keys or (name,)
    paths = tuple(tuple(part.strip() for part in one.split(".")) for one in keys)
    for path in paths:
        if not all(path) or len(path) > MAX_DEPTH:
            raise PresetError(source, key, "expected a key of the preset, as train.learning_rate")
        if path[0] in NO_AXES:
            raise PresetError(source, key, f"{path[0]} is no axis; {NO_AXES[path[0]]}")
    values = _values(axis, source, key)
    if any(isinstance(value, float) and not math.isfinite(value) for value in values):
        raise PresetError(source, key, "expected numbers that are finite")
    if len({(type(value) is bool, value) for value in values}) < len(values):
        why = "a value stands twice; expected different ones (ends with a point for fractions)"
        raise PresetError(source, key, why)
    return Line(name, paths, values)


def _values(axis: Axis, source: str, key: str) -> tuple[Scalar, ...]:
    ends = (axis.start, axis.to, axis.count, axis.step)
    if axis.values is not None:
        if any(end is not None for end in ends):
            raise PresetError(source, key, "values and a range; expected one of them")
        return axis.values
    if axis.start is None or axis.to is None or (axis.count is None) == (axis.step is None):
        raise PresetError(source, key, "expected values, or from, to and either count or step")
    numbers = _spread(axis, source, key)
    if isinstance(axis.start, int) and isinstance(axis.to, int):
        return tuple(round(number) for number in numbers)
    return tuple(_short(number) for number in numbers)


def _spread(axis: Axis, source: str, key: str) -> Sequence[float]:
    """Evenly spaced numbers, both ends among them if the step is not given."""
    first, last = _as_float(axis.start or 0), _as_float(axis.to or 0)
    if not math.isfinite(last - first):
        raise PresetError(source, key, "expected ends that are finite, and their distance as well")
    log = axis.scale == "log"
    if log and min(first, last) <= 0:
        raise PresetError(source, key, "a log scale has no zero; expected ends above 0")
    if log:
        first, last = math.log(first), math.log(last)
    if axis.count is not None:
        gap = (last - first) / (axis.count - 1)
        count = axis.count
    else:
        gap = _gap(axis, source, key, log=log) * (1 if last >= first else -1)
        steps = (last - first) / gap * (1 + SLACK) + SLACK
        if steps >= MAX_VALUES:
            raise PresetError(source, key, f"more than {MAX_VALUES} values; expected a larger step")
        count = math.floor(steps) + 1
    found = [first + gap * index for index in range(count)]
    return [math.exp(number) for number in found] if log else found


def _gap(axis: Axis, source: str, key: str, *, log: bool) -> float:
    step = axis.step or 0.0
    if not math.isfinite(step):
        raise PresetError(source, f"{key}.step", "expected a finite number")
    if not log:
        return step
    if step <= 1:
        raise PresetError(source, f"{key}.step", "a ratio on a log scale; expected more than 1")
    return math.log(step)


def _as_float(number: Number) -> float:
    """The number; infinite if it is a whole one that is larger than any float."""
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _short(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
