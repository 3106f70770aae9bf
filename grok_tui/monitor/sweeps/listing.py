"""Sweeps for a list: how many of its packs are done, told by the last line of each, no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grok_tui.errors import PresetError
from grok_tui.monitor.glance import finished
from grok_tui.monitor.logparts import TAIL, Log
from grok_tui.monitor.sweeps.design import MAX_WRITTEN
from grok_tui.monitor.sweeps.folder import sweeps_in
from grok_tui.protocol import toml
from grok_tui.protocol.rundir import lock_state, run_folders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.protocol.rundir import RunDir

State = Literal["training", "done", "stopped"]
MOST = 1000
"""Packs that are looked at, those of the newest sweeps first."""


@dataclass(frozen=True)
class Listed:
    """A sweep in a list. Its title is as it was found: pass it through `safe`."""

    sweep: SweepDir
    state: State
    """Training: a driver places its packs."""
    title: str
    packs: int
    done: int | None
    """Packs that are trained to their end; None: too many to be looked at."""


def listed(runs: Path) -> Iterator[Listed]:
    """Every sweep in the folder of the runs, newest first."""
    room = MOST
    for sweep in sweeps_in(runs):
        packs = [] if sweep.linked else list(run_folders(sweep.packs))
        room -= len(packs)
        done = sum(map(_is_done, packs)) if room >= 0 else None
        state: State = "done" if done == len(packs) else "stopped"
        if lock_state(sweep) == "held":
            state = "training"
        yield Listed(sweep, state, _title(sweep), len(packs), done)


def _is_done(run: RunDir) -> bool:
    with Log(run) as log:
        ended = finished(log.read(TAIL, max(0, log.size - TAIL)).data)
    return ended is not None and ended.outcome == "completed"


def _title(sweep: SweepDir) -> str:
    try:
        return str(toml.read(sweep.file, "", MAX_WRITTEN).get("title", ""))
    except PresetError:
        return ""
