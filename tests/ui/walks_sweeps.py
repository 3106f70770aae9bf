"""What the keys of sweeps do, row by row of the key table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.ui.screens.sweep import SweepScreen
from grok_tui.ui.widgets.celltable import CellTable
from grok_tui.ui.widgets.fields import SearchField
from grok_tui.ui.widgets.sweeptable import SweepTable
from tests.ui import sweeps
from tests.ui.walking import Check, Walk, becomes, changes, opens, writes
from tests.ui.walks_lists import asks, of

if TYPE_CHECKING:
    from grok_tui.ui.survey import Outlook


def outlook(walk: Walk) -> Outlook:
    screen = of(walk, SweepScreen)
    assert isinstance(screen, SweepScreen)
    return screen._outlook


def cell(walk: Walk) -> int:
    return outlook(walk).cell


def sweep_row(walk: Walk) -> str:
    one = of(walk, SweepTable).chosen
    return one.sweep.id if one else ""


async def open_cell(walk: Walk) -> None:
    await walk.press("enter")
    assert walk.top == "live"
    await walk.press("escape")
    assert walk.top == "sweep"


async def filtered(walk: Walk) -> None:
    await walk.press("slash", *"rate=0.4", "enter")
    assert {row.values[0] for row in of(walk, CellTable)._rows} == {0.4}
    await walk.press("escape")
    assert len(of(walk, CellTable)._rows) == 24


async def stop(walk: Walk) -> None:
    await walk.press("K", "y")
    assert walk.sweeping.stopped == [sweeps.SWEEP.id]


async def resume(walk: Walk) -> None:
    await walk.press("R")
    assert walk.said == "nothing to resume: this sweep is training"


async def extend(walk: Walk) -> None:
    await walk.press("A")
    await walk.until(lambda: walk.top == "pick")
    await walk.press("escape")


async def back(walk: Walk) -> None:
    if of(walk, SweepScreen)._alone:
        await walk.press("escape")
    await walk.press("slash", "escape")
    assert not of(walk, SearchField).display
    await walk.press("escape")
    assert walk.top == "sweeps"


async def reset(walk: Walk) -> None:
    await walk.press("m", "x", "right_square_bracket", "s", "0")
    found = outlook(walk)
    assert (found.arm, found.measure, found.x, found.sliced) == ("dense", "t_gen", "rate", False)


async def page(walk: Walk) -> None:
    """On a small screen the cells are more than a page."""
    for name in walk.key.names:
        await walk.press("end" if "page" in name and name == "pageup" else "home")
        before = cell(walk)
        await walk.press(name)
        assert abs(cell(walk) - before) > 1


CHECKS: dict[str, Check] = {
    "sweeps.open": opens("sweep"),
    "sweeps.down": changes(sweep_row, "k"),
    "sweeps.up": changes(sweep_row, "j"),
    "sweeps.page": changes(sweep_row, "k"),
    "sweeps.page_before": changes(sweep_row, "j"),
    "sweeps.refresh": asks("read"),
    "sweep.open": open_cell,
    "sweep.arm": changes(lambda walk: outlook(walk).arm),
    "sweep.arm_before": changes(lambda walk: outlook(walk).arm),
    "sweep.measure": changes(lambda walk: outlook(walk).measure),
    "sweep.measure_before": changes(lambda walk: outlook(walk).measure),
    "sweep.x": changes(lambda walk: outlook(walk).x),
    "sweep.y": changes(lambda walk: outlook(walk).y),
    "sweep.slice": changes(lambda walk: outlook(walk).sliced),
    "sweep.slice_before": changes(lambda walk: outlook(walk).sliced),
    "sweep.reset": reset,
    "sweep.zoom": changes(lambda walk: of(walk, SweepScreen)._alone),
    "sweep.filter": filtered,
    "sweep.stop": stop,
    "sweep.resume": resume,
    "sweep.extend": extend,
    "sweep.export": writes(".svg"),
    "sweep.back": back,
    "cells.down": changes(cell, "home"),
    "cells.up": changes(cell, "end"),
    "cells.page": page,
    "cells.page_before": page,
    "cells.first": becomes(cell, 0, "end"),
    "cells.last": becomes(cell, 23, "home"),
    "sweep.sort": changes(lambda walk: outlook(walk).by),
    "sweep.sort_before": changes(lambda walk: outlook(walk).by),
    "sweep.order": changes(lambda walk: outlook(walk).backwards),
    "map.right": changes(cell, "home"),
    "map.left": changes(cell, "end"),
    "map.up": changes(cell, "pagedown"),
    "map.down": changes(cell, "pageup"),
    "map.last": changes(cell, "home"),
    "map.first": changes(cell, "end"),
    "map.top": changes(cell, "pagedown"),
    "map.bottom": changes(cell, "pageup"),
    "everywhere.sweeps": opens("sweeps"),
}
