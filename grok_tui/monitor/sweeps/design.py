"""What a sweep file asks for: its preset, its axes, and the cells that they make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w

from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps.axes import Line, line
from grok_tui.monitor.sweeps.crossing import key_of, settings
from grok_tui.protocol import gallery, toml
from grok_tui.protocol.checks import as_section
from grok_tui.protocol.paths import expanded
from grok_tui.protocol.pieces import filled
from grok_tui.protocol.settings import Change
from grok_tui.protocol.sweeps import MAX_AXES, MAX_VALUES, Axis, Scalar, Stop, Sweep
from grok_tui.protocol.varying import Variants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.toml import Table, Value

MAX_WRITTEN = 256 * 1024
"""Bytes of a sweep that is written out; a file that asks for one is shorter."""
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
        found = settings(self.axes, self.sweep, self.source)
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
            where = "" if self._is_everywhere(error) else self.label(cell)[:SHOWN]
            problem = f"{error.problem}; so it is where {where}" if where else error.problem
            raise PresetError(self.source, error.key, problem) from None

    def _is_everywhere(self, error: PresetError) -> bool:
        """Whether the preset has the same mistake without any axis."""
        try:
            self.variants.config(())
        except PresetError as known:
            return (known.key, known.problem) == (error.key, error.problem)
        return False

    def label(self, cell: Cell) -> str:
        """The cell's values by name."""
        named = zip(self.axes, cell.values, strict=True)
        return ", ".join(f"{axis.name}={shown(value)}" for axis, value in named)

    def dump(self) -> str:
        """The sweep as TOML that `read_written` reads back: nothing in it is looked up by name but
        what axes name. Raises PresetError if it would be too long for that."""
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
        text = tomli_w.dumps({**self.table, "sweep": {**rest, "axes": axes}})
        if len(text.encode()) > MAX_WRITTEN:
            problem = f"spelled out it is longer than {MAX_WRITTEN // 1024} KiB; expected less"
            raise PresetError(self.source, "sweep.axes", problem)
        return text


def read(name: str, settings: Iterable[str] = ()) -> Design:
    """The sweep in a file, or of the gallery, changed as `--set` says. Raises PresetError."""
    path = gallery.find(name, "sweep")
    table = gallery.read(path)
    _make_absolute(table, path.resolve().parent)
    changes = [Change.read(text) for text in settings]
    early = [change for change in changes if len(change.path) == 1 or change.path[0] == "sweep"]
    for change in early:
        change.put(table)
    design = of_table(table, gallery.shown(path))
    plain = dict(design.table)
    for change in changes:
        if change not in early:
            change.put(plain)
    if changes:
        gallery.make_absolute(plain, Path.cwd())
    return replace(design, table=plain)


def read_written(path: Path) -> Design:
    """The sweep that `Design.dump` wrote. Raises PresetError."""
    return of_table(toml.read(path, gallery.shown(path), MAX_WRITTEN), gallery.shown(path))


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
    _check_stop(design)
    return design


def _axis(name: str, plain: Value, source: str) -> Axis:
    table = {"values": plain} if isinstance(plain, list) else plain
    if not isinstance(table, dict):
        raise PresetError(
            source, f"sweep.axes.{name[:60]}", "expected a list of values, or a table"
        )
    values = table.get("values")
    if isinstance(values, list) and len(values) > MAX_VALUES:
        problem = f"{len(values)} values; expected at most {MAX_VALUES}"
        raise PresetError(source, f"sweep.axes.{name[:60]}", problem)
    try:
        return as_section(table, Axis, source)
    except PresetError as error:
        key = f"sweep.axes.{name[:60]}.{error.key}"
        raise PresetError(source, key, error.problem) from None


def _make_absolute(table: Table, base: Path) -> None:
    """Files that an axis names are meant from the folder of the sweep, as those of its preset."""
    sweep = table.get("sweep")
    axes = sweep.get("axes") if isinstance(sweep, dict) else None
    for name, axis in axes.items() if isinstance(axes, dict) else ():
        whole = axis if isinstance(axis, dict) else {"values": axis}
        keys, values = whole.get("keys") or [name], whole.get("values")
        of_files = isinstance(keys, list) and any(
            isinstance(key, str) and key.rpartition(".")[2] in gallery.FILE_KEYS for key in keys
        )
        if of_files and isinstance(values, list):
            values[:] = [
                str(base / expanded(value)) if isinstance(value, str) and value else value
                for value in values
            ]


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


def _check_stop(design: Design) -> None:
    """A rule that would never be asked is refused: nobody should believe that it was."""
    stop, source = design.sweep.stop, design.source
    if stop.arm and not (stop.generalised or stop.not_generalised):
        raise PresetError(source, "sweep.stop.arm", "no number of seeds is asked for; expected one")
    if stop != Stop() and design.sweep.repeats == 1:
        problem = "it is looked at between repeats, and there is one; expected more repeats"
        raise PresetError(source, "sweep.stop", problem)


def shown(value: Scalar) -> str:
    """A value as a person writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
