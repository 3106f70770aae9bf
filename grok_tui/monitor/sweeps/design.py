"""What a sweep file asks for: its preset, its axes, and the cells that they make."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import tomli_w

from grok_tui.errors import PresetError, UsageError
from grok_tui.monitor.filter import parse
from grok_tui.monitor.sweeps.axes import Line, line
from grok_tui.protocol import gallery, toml
from grok_tui.protocol.checks import as_section
from grok_tui.protocol.pieces import filled
from grok_tui.protocol.sweeps import MAX_AXES, MAX_CELLS, Axis, Scalar, Sweep
from grok_tui.protocol.varying import Variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from grok_tui.monitor.filter import Filter
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.toml import Table, Value

MAX_FILE = 256 * 1024
"""Bytes of a sweep file."""
MAX_CROSSED = 10 * MAX_CELLS
"""Settings of which `where` chooses."""
MAX_SEED = 2**31 - 1
SHOWN = 160
"""Characters of a cell's values in a message."""


@dataclass(frozen=True)
class Cell:
    """One setting of all axes."""

    number: int
    """Its place among the cells of its sweep, from 0."""
    values: tuple[Scalar, ...]
    """In the order of the axes."""


@dataclass(frozen=True)
class Design:
    """A sweep, worked out as far as that needs no check of every cell."""

    table: Mapping[str, Value]
    """The preset, its pieces filled in."""
    sweep: Sweep
    axes: tuple[Line, ...]
    source: str
    """What a message calls the file."""

    @property
    def title(self) -> str:
        """What the sweep shows, in a line."""
        return str(self.table.get("title", ""))

    @cached_property
    def variants(self) -> Variants:
        """The experiments of its cells."""
        return Variants(self.table, self.source)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell, the last axis the quickest. Raises PresetError."""
        found = [values for values in self._crossed() if self._chosen(values)]
        if not found:
            raise PresetError(self.source, "sweep.where", "no cell is left; expected some")
        if len(found) > MAX_CELLS:
            raise PresetError(self.source, "sweep.axes", f"more than {MAX_CELLS} cells")
        return tuple(Cell(number, values) for number, values in enumerate(found))

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the first run of a cell. Raises PresetError."""
        asked = self.sweep.seeds
        if isinstance(asked, int):
            return tuple(range(asked))
        return tuple(dict.fromkeys(asked)) if asked else self.config(self.cells[0]).seeds

    def seeds_of(self, repeat: int) -> tuple[int, ...]:
        """The seeds of a later one, which follow on. Raises PresetError."""
        further = repeat * (max(self.seeds) - min(self.seeds) + 1)
        if max(self.seeds) + further > MAX_SEED:
            raise PresetError(self.source, "sweep.repeats", "the seeds become too large")
        return tuple(seed + further for seed in self.seeds)

    def config(self, cell: Cell, seeds: Sequence[int] = ()) -> Config:
        """The experiment of a cell, checked. Raises PresetError that names the cell."""
        try:
            changes = [
                change
                for axis, value in zip(self.axes, cell.values, strict=True)
                for change in axis.changes(value)
            ]
            return self.variants.config(changes, seeds)
        except PresetError as error:
            problem = f"{error.problem}; so it is where {self.label(cell)[:SHOWN]}"
            raise PresetError(self.source, error.key, problem) from None

    def label(self, cell: Cell) -> str:
        """The cell's values by name."""
        named = zip(self.axes, cell.values, strict=True)
        return ", ".join(f"{axis.name}={shown(value)}" for axis, value in named)

    def dump(self) -> str:
        """The sweep as TOML that `of_table` reads back: nothing in it is looked up by name but what
        axes name."""
        axes = {
            one.name: {"keys": list(map(".".join, one.keys)), "values": list(one.values)}
            for one in self.axes
        }
        sweep = self.sweep
        rest = {
            "zips": [list(names) for names in sweep.zips],
            "where": sweep.where,
            "seeds": list(self.seeds),
            "repeats": sweep.repeats,
            "stop": {name: getattr(sweep.stop, name) for name in sweep.stop.__struct_fields__},
        }
        return tomli_w.dumps({**self.table, "sweep": {**rest, "axes": axes}})

    def _crossed(self) -> Iterator[tuple[Scalar, ...]]:
        """All settings, zipped axes side by side."""
        groups: list[tuple[int, ...]] = []
        names = [axis.name for axis in self.axes]
        together = {names.index(name): zipped for zipped in self.sweep.zips for name in zipped}
        for index in range(len(names)):
            zipped = together.get(index)
            if zipped is None:
                groups.append((index,))
            elif names.index(zipped[0]) == index:
                groups.append(tuple(names.index(name) for name in zipped))
        columns = [
            list(zip(*(self.axes[i].values for i in group), strict=True)) for group in groups
        ]
        order = [index for group in groups for index in group]
        crossed = math.prod(map(len, columns))
        if crossed > MAX_CROSSED:
            problem = f"{crossed} settings; expected at most {MAX_CROSSED}"
            raise PresetError(self.source, "sweep.axes", problem)
        for parts in product(*columns):
            values = dict(zip(order, (value for part in parts for value in part), strict=True))
            yield tuple(values[index] for index in range(len(names)))

    def _chosen(self, values: Sequence[Scalar]) -> bool:
        if not self._where:
            return True
        return self._where.fits(dict(zip(self._keys, values, strict=True)))

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(key_of(axis.name) for axis in self.axes)

    @cached_property
    def _where(self) -> Filter:
        try:
            return parse(self.sweep.where, self._keys)
        except UsageError as error:
            raise PresetError(self.source, "sweep.where", str(error)) from None


def read(name: str) -> Design:
    """The sweep in a file, or of the gallery. Raises PresetError."""
    path = gallery.find(name, "sweep")
    table = gallery.read(path, limit=MAX_FILE)
    return of_table(table, gallery.shown(path))


def read_written(path: Path) -> Design:
    """The sweep that `Design.dump` wrote. Raises PresetError."""
    return of_table(toml.read(path, gallery.shown(path), MAX_FILE), gallery.shown(path))


def of_table(table: Table, source: str) -> Design:
    """The sweep that a preset's table with a table `sweep` asks for. Raises PresetError."""
    given = dict(table)
    asked = given.pop("sweep", None)
    if not isinstance(asked, dict):
        raise PresetError(source, "sweep", "missing; expected a table with the axes of the sweep")
    axes = asked.get("axes")
    if not isinstance(axes, dict) or not 1 <= len(axes) <= MAX_AXES:
        raise PresetError(source, "sweep.axes", f"expected a table of 1 to {MAX_AXES} axes")
    found = {name: _axis(name, axis, source) for name, axis in axes.items()}
    try:
        sweep = as_section({**asked, "axes": {"-": {}}}, Sweep, source)
    except PresetError as error:
        raise PresetError(source, f"sweep.{error.key}", error.problem) from None
    lines = tuple(line(name, axis, source) for name, axis in found.items())
    design = Design(filled(given, source), sweep, lines, source)
    _check_names(design)
    return design


def _axis(name: str, plain: Value, source: str) -> Axis:
    table = {"values": plain} if isinstance(plain, list) else plain
    if not isinstance(table, dict):
        raise PresetError(
            source, f"sweep.axes.{name[:60]}", "expected a list of values, or a table"
        )
    try:
        return as_section(table, Axis, source)
    except PresetError as error:
        key = f"sweep.axes.{name[:60]}.{error.key}"
        raise PresetError(source, key, error.problem) from None


def _check_names(design: Design) -> None:
    """Axes can be told apart, in filters too; each stands in one zip at most, as long as it."""
    lengths = {axis.name: len(axis.values) for axis in design.axes}
    keys = [key_of(name) for name in lengths]
    for name, key in zip(lengths, keys, strict=True):
        if keys.count(key) > 1:
            problem = f"two axes are called {key}; expected a short name, with keys in its table"
            raise PresetError(design.source, f"sweep.axes.{name[:60]}", problem)
    zipped = [name for names in design.sweep.zips for name in names]
    for name in zipped:
        if name not in lengths:
            raise PresetError(design.source, "sweep.zips", f"there is no axis {name[:60]}")
        if zipped.count(name) > 1:
            raise PresetError(design.source, "sweep.zips", f"{name[:60]} stands twice")
    for names in design.sweep.zips:
        if len({lengths[name] for name in names}) > 1:
            told = ", ".join(f"{lengths[name]} of {name[:40]}" for name in names)
            raise PresetError(design.source, "sweep.zips", f"{told}; expected as many values")


def key_of(name: str) -> str:
    """What an axis is called in a filter: the last part of its name."""
    return name.rpartition(".")[2].replace("-", "_").casefold()


def shown(value: Scalar) -> str:
    """A value as a person writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
