"""How a sweep comes to be, and grows: its packs made, before any driver starts them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps import folder
from grok_tui.monitor.sweeps.design import of_table, read_written
from grok_tui.monitor.sweeps.planning import Part
from grok_tui.protocol import toml
from grok_tui.protocol.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.monitor.sweeps.limits import Limits

    Told = Callable[[int], None]
    """Hears how many packs are made."""

WORDS = ("title", "about", "reproduces", "seeds")
"""Keys of a preset in which an extension may differ: words, and what the sweep says itself."""


def first_part(design: Design, limits: Limits) -> Part:
    """All cells with their first seeds. Raises PresetError."""
    return limits.fit(partial(Part, design))


def begin(
    design: Design, part: Part, runs: Path, name: str, told: Told = lambda _: None
) -> SweepDir:
    """A new sweep with these packs. Raises RunError."""

    def make(sweep: SweepDir) -> None:
        part.write(sweep, name, told)

    return folder.begin(runs, name, design.dump(), make)


def further_part(sweep: SweepDir, design: Design, limits: Limits) -> Part:
    """What a design asks for and the sweep lacks: cells, or seeds of cells that it has.

    Raises PresetError where it is another experiment; RunError.
    """
    before, now = read_written(sweep.file), _written(design)
    for key in sorted((before.table.keys() | now.table.keys()) - {*WORDS}):
        if before.table.get(key) != now.table.get(key):
            problem = f"differs from that of {sweep.id}; expected the same preset, or a new sweep"
            raise PresetError(design.source, key, problem)
    known = {axis.name: axis.keys for axis in before.axes}
    for axis in now.axes:
        if known.get(axis.name, axis.keys) != axis.keys:
            problem = f"changes other keys than in {sweep.id}; expected the same"
            raise PresetError(design.source, f"sweep.axes.{axis.name[:60]}", problem)
    return limits.fit(partial(Part, design, earlier=sweep.plans()))


def extend(sweep: SweepDir, design: Design, limits: Limits, told: Told = lambda _: None) -> Part:
    """Add what a design asks for and the sweep lacks; a part without packs: no cell lacks seeds.

    From then on repeats are those of this design. Raises as `further_part`.
    """
    with folder.planning(sweep):
        part = further_part(sweep, design, limits)
        if part.packs:
            part.write(sweep, sweep.name, told)
        if part.packs or asks_more(sweep, design):
            Disk().replace(sweep.file, design.dump().encode())
    return part


def asks_more(sweep: SweepDir, design: Design) -> bool:
    """Whether a design says of repeats, seeds or cells what the file of the sweep does not.

    It may be that all of it is planned: whoever planned it died before the file was written.
    """
    before = read_written(sweep.file)
    if (before.sweep.repeats, before.sweep.stop) != (design.sweep.repeats, design.sweep.stop):
        return True
    known = {cell.values for cell in before.cells}
    return not (known.issuperset(cell.values for cell in design.cells)) or not (
        set(before.seeds).issuperset(design.seeds)
    )


def _written(design: Design) -> Design:
    """The design as it is read from the folder of a sweep."""
    return of_table(toml.parse(design.dump().encode(), design.source), design.source)
