"""Sweeps for a list: how many of its packs are done, told by the last line of each, no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grok_tui.errors import PresetError
from grok_tui.monitor.glance import last_event
from grok_tui.monitor.logparts import TAIL, Log
from grok_tui.monitor.sweeps.design import MAX_WRITTEN
from grok_tui.monitor.sweeps.folder import sweeps_in
from grok_tui.protocol import toml
from grok_tui.protocol.events import Failed, Finished
from grok_tui.protocol.rundir import lock_state, run_folders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.protocol.rundir import RunDir

State = Literal["training", "done", "failed", "stopped"]
MOST = 1000
"""Packs that are looked at, those of the newest sweeps first."""


@dataclass(frozen=True)
class Listed:
    """A sweep in a list. Its title is as it was found: pass it through `safe`."""

    sweep: SweepDir
    state: State
    """Training: a driver places its packs, or a trainer that outlived it is at one."""
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
        states = list(map(_state, packs)) if room >= 0 else []
        done = states.count("done") if room >= 0 else None
        if lock_state(sweep) == "held" or "training" in states:
            state: State = "training"
        elif done == len(packs):
            state = "done"
        else:
            state = "failed" if "failed" in states else "stopped"
        yield Listed(sweep, state, _title(sweep), len(packs), done)


def _state(run: RunDir) -> State:
    """Where a pack is, by its lock and its last line; stopped are those that wait, too."""
    if lock_state(run) == "held":
        return "training"
    with Log(run) as log:
        ended = last_event(log.read(TAIL, max(0, log.size - TAIL)).data)
    if isinstance(ended, Failed):
        return "failed"
    completed = isinstance(ended, Finished) and ended.outcome == "completed"
    return "done" if completed else "stopped"


def _title(sweep: SweepDir) -> str:
    try:
        return str(toml.read(sweep.file, "", MAX_WRITTEN).get("title", ""))
    except PresetError:
        return ""
