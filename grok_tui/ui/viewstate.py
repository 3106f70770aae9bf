"""How a run was last looked at, in its view.json: read when it is opened, written after changes.

The file may be anybody's: what does not fit is left out, and a folder that cannot be written keeps
none.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from grok_tui.monitor.settings import Quantity, Range
from grok_tui.monitor.smoothing import WEIGHTS
from grok_tui.monitor.traces import Band
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.rundir import decode_small
from grok_tui.ui.outlook import Density

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.widgets.panels import Panel, Panels

Name = Annotated[str, Meta(max_length=200)]
Number = Annotated[float, Meta(ge=-1e300, le=1e300)]
Limits = tuple[Number, Number]


class ChartState(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one chart is drawn."""

    flipped: Annotated[tuple[tuple[Literal["x", "y"], Name], ...], Meta(max_length=8)] = ()
    smoothing: float = 0.0
    limits: Limits | None = None
    part: Name = ""


class ViewState(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the charts of a run are looked at."""

    charts: Annotated[dict[Name, ChartState], Meta(max_length=200)] = {}
    chosen: Name = ""
    x: Quantity = "step"
    windows: dict[Quantity, Limits] = {}
    cursors: dict[Quantity, Number] = {}
    follows: bool = False
    band: Band = "min-max"
    dense: bool = True
    density: Density = 4
    hidden: Annotated[tuple[Name, ...], Meta(max_length=1000)] = ()
    pinned: Name = ""


def read(run: RunDir) -> ViewState:
    """What was kept; as at first where nothing was, or nothing that can be read."""
    try:
        return decode_small(run.view, ViewState)
    except (OSError, ValueError):
        return ViewState()


def write(run: RunDir, state: ViewState, disk: Disk | None = None) -> None:
    """Keep it; silently not where that cannot be written, or while another view keeps its own."""
    with contextlib.suppress(OSError), _alone(run):
        (disk or Disk()).replace(run.view, msgspec.json.encode(state) + b"\n")


@contextlib.contextmanager
def _alone(run: RunDir) -> Iterator[None]:
    """Hold the folder: two that write one file at once leave a part of each. Raises OSError."""
    descriptor = os.open(run.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def state(panels: Panels) -> ViewState:
    """How the charts are looked at now."""
    outlook, selection = panels.outlook, panels.selection
    kept = {panel.plot.name: _chart(panel) for panel in panels.all}
    return ViewState(
        charts={name: one for name, one in kept.items() if one != ChartState()},
        chosen=panels.chosen.plot.name,
        x=outlook.x,
        windows=dict(outlook.windows),
        cursors=dict(outlook.cursors),
        follows=outlook.follows,
        band=outlook.band,
        dense=outlook.dense,
        density=outlook.density,
        hidden=tuple(sorted(selection.hidden)),
        pinned=selection.pinned,
    )


def restore(state: ViewState, panels: Panels) -> None:
    """Look at the charts that way; at those of probes when they are known."""
    outlook, selection = panels.outlook, panels.selection
    outlook.x, outlook.follows, outlook.band = state.x, state.follows, state.band
    outlook.dense, outlook.density = state.dense, state.density
    outlook.windows = {x: window for x, window in state.windows.items() if _rises(window)}
    outlook.cursors = dict(state.cursors)
    selection.hidden, selection.pinned = frozenset(state.hidden), state.pinned
    kept = state.charts
    panels.expect(state.chosen, lambda one: _set(one, kept.get(one.plot.name, ChartState())))


def _chart(panel: Panel) -> ChartState:
    return ChartState(
        flipped=tuple(sorted(panel.flipped)),
        smoothing=panel.smoothing,
        limits=panel.limits,
        part=panel.choice.label if panel.place else "",
    )


def _set(panel: Panel, kept: ChartState) -> None:
    panel.flipped = set(kept.flipped)
    panel.smoothing = kept.smoothing if kept.smoothing in WEIGHTS else 0.0
    panel.limits = kept.limits if kept.limits and _rises(kept.limits) else None
    panel.take(panel.plot.choice(kept.part))


def _rises(limits: Range) -> bool:
    return limits[0] < limits[1]
