"""What probes found in a lane: a column of numbers for each name, or of vectors.

A log may name any number of probes, so that names and lengths have limits; what is beyond them is
counted, not kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from grok_tui.monitor.columns import NOTHING, Column, growing

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping, Sequence

    from grok_tui.protocol.events import ProbeValue, Series

MAX_NAMES = 512
"""Probes of one lane, numbers and vectors together."""
MAX_NAME = 80
"""Characters of a name."""
MAX_VECTOR = 4096
"""Numbers of one vector."""


@dataclass(frozen=True, eq=False)
class Probed:
    """A probe that is a number, at the steps at which it was measured."""

    steps: Column
    values: Column


@dataclass(frozen=True, eq=False)
class Vectors:
    """A probe that is several numbers at once, at the steps at which it was measured."""

    steps: Column
    _ends: Column
    _numbers: Column

    def __len__(self) -> int:
        return len(self.steps)

    def at(self, index: int) -> tuple[float, ...]:
        """The numbers of one measurement, -1 for the last. Raises IndexError."""
        place = range(len(self))[index]
        start = int(self._ends[place - 1]) if place else 0
        return tuple(self._numbers[start : int(self._ends[place])])


@dataclass(frozen=True, eq=False)
class Probes:
    """All that the probes of a lane found so far."""

    numbers: Mapping[str, Probed] = field(default_factory=lambda: MappingProxyType({}))
    vectors: Mapping[str, Vectors] = field(default_factory=lambda: MappingProxyType({}))
    left_out: int = 0
    """Values that were not kept: of too many names, of too long ones, or too long themselves."""


NO_PROBES = Probes()


class _Numbers:
    """A number that is being added to."""

    __slots__ = ("_steps", "_values", "last")

    def __init__(self, kept: Probed | None) -> None:
        self._steps = growing(kept.steps if kept else NOTHING, "q")
        self._values = growing(kept.values if kept else NOTHING, "d")
        self.last = self._steps[-1] if self._steps else -1

    def add(self, step: int, value: float) -> None:
        if step > self.last:
            self.last = step
            self._steps.append(step)
            self._values.append(value)

    def done(self) -> Probed:
        return Probed(_column(self._steps), _column(self._values))


class _Rows:
    """A vector that is being added to."""

    __slots__ = ("_ends", "_numbers", "_steps", "last")

    def __init__(self, kept: Vectors | None) -> None:
        self._steps = growing(kept.steps if kept else NOTHING, "q")
        self._ends = growing(kept._ends if kept else NOTHING, "q")
        self._numbers = growing(kept._numbers if kept else NOTHING, "d")
        self.last = self._steps[-1] if self._steps else -1

    def add(self, step: int, values: Sequence[float]) -> None:
        if step > self.last:
            self.last = step
            self._steps.append(step)
            self._numbers.extend(values)
            self._ends.append(len(self._numbers))

    def done(self) -> Vectors:
        return Vectors(_column(self._steps), _column(self._ends), _column(self._numbers))


def _column(store: array[float]) -> Column:
    return Column(store, len(store))


class ProbesDraft:
    """The probes of a lane that are being added to; each is opened when it is next spoken of."""

    def __init__(self, before: Probes) -> None:
        self._before = before
        self._numbers: dict[str, _Numbers] = {}
        self._vectors: dict[str, _Rows] = {}
        self._left_out = 0
        self._room = MAX_NAMES - len(before.numbers) - len(before.vectors)

    def measured(self, step: int, found: Mapping[str, ProbeValue]) -> None:
        """What all probes found after this many updates."""
        for name, value in found.items():
            if isinstance(value, tuple):
                self._vector(name, step, value)
            else:
                self._number(name, step, value)

    def series(self, event: Series) -> None:
        """A probe at steps that were measured before."""
        for step, value in zip(event.steps, event.values, strict=False):
            self._number(event.name, int(step), value)

    def done(self) -> Probes:
        """Everything, what was added included."""
        before = self._before
        numbers = {name: kept.done() for name, kept in self._numbers.items()}
        vectors = {name: kept.done() for name, kept in self._vectors.items()}
        return Probes(
            MappingProxyType({**before.numbers, **numbers}) if numbers else before.numbers,
            MappingProxyType({**before.vectors, **vectors}) if vectors else before.vectors,
            before.left_out + self._left_out,
        )

    def _number(self, name: str, step: int, value: float) -> None:
        numbers = self._numbers.get(name)
        if numbers is None:
            kept = self._before.numbers.get(name)
            if kept is None and not self._has_room(name):
                return
            numbers = self._numbers[name] = _Numbers(kept)
        numbers.add(step, value)

    def _vector(self, name: str, step: int, values: Sequence[float]) -> None:
        if len(values) > MAX_VECTOR:
            self._left_out += 1
            return
        rows = self._vectors.get(name)
        if rows is None:
            kept = self._before.vectors.get(name)
            if kept is None and not self._has_room(name):
                return
            rows = self._vectors[name] = _Rows(kept)
        rows.add(step, values)

    def _has_room(self, name: str) -> bool:
        """Whether one more name is kept; what is said under one that is not is counted."""
        if self._room > 0 and len(name) <= MAX_NAME:
            self._room -= 1
            return True
        self._left_out += 1
        return False
