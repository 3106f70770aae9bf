"""What a sweep's cursor is on, in words: the cell, and its place on the maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.sweeps.celltable import label
from grok_tui.monitor.sweeps.marks import told
from grok_tui.monitor.text import safe
from grok_tui.monitor.wording import milestone, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.sweeps.lanes import ArmResult
    from grok_tui.monitor.sweeps.results import CellResult
    from grok_tui.ui.survey import Survey


def lines(found: Survey) -> list[str]:
    """A line about the cell, and one about the cells that share its place on the maps."""
    cell = found.cell
    if cell is None:
        return []
    arm = found.outlook.arm
    parts = [label(found.board, cell), safe(arm, 40)]
    result = cell.arms.get(arm)
    if result is not None:
        parts[-1] += f": {', '.join(_came_to(result))}"
    parts += [cell.state, *_reasons(found, cell)]
    return [" · ".join(parts), *_pooled(found)]


def _came_to(result: ArmResult) -> Iterator[str]:
    """What the lanes of an arm reached."""
    yield f"t_mem {milestone(result.t_mem)}"
    yield f"t_gen {milestone(result.t_gen)}"
    if result.tau_grok.median is not None:
        yield f"tau_grok {ratio(result.tau_grok.median)}"
    left = result.seeds - result.ended
    yield f"{result.ended_generalised}/{result.ended} generalised" + f", {left} left" * bool(left)


def _reasons(found: Survey, cell: CellResult) -> list[str]:
    """Why packs of the cell failed."""
    packs = {pack.run.id: pack for pack in found.board.packs}
    states = [packs[run] for run in cell.runs if run in packs]
    return list(dict.fromkeys(safe(pack.reason, 200) for pack in states if pack.reason))


def _pooled(found: Survey) -> Iterator[str]:
    if found.maps is None:
        return
    heat = found.maps.of(found.outlook.arm)
    here = found.here(heat)
    place = heat.cells[here[1]][here[0]] if here else None
    if place is not None and len(place.cells) > 1:
        yield f"on the map: {len(place.cells)} cells, {found.held}: {told(place)}"
