"""What the screens ask of the rooms below: one object, so that a test passes another."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grok_tui.protocol import control, notes
from grok_tui.protocol.rundir import RunDir, lock_state, run_folders
from grok_tui.ui.sweepservices import SweepServices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from grok_tui.monitor.catalog import Catalog, Summary
    from grok_tui.monitor.estimate import Estimate
    from grok_tui.monitor.machine import Machine
    from grok_tui.monitor.memory import Need
    from grok_tui.monitor.reproduction.runs import Variant
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.control import AnyOrder, Command
    from grok_tui.ui.claims import Claims

START_WAIT = 120.0
"""Seconds that a trainer may take to come up: torch is slow to load from a cold disk."""


def _fetch(config: Config, say: Callable[[str], object]) -> None:
    from grok_tui.monitor import fetching

    fetching.complete(config, lambda *come: say(fetching.standing(*come)))


def _start(config: Config, runs: Path, name: str, device: str) -> RunDir:
    from grok_tui.monitor import launch

    return launch.start(config, runs, name, device)


def _wait(run: RunDir) -> None:
    from grok_tui.monitor import launch

    launch.wait_until_begun(run, START_WAIT)


def _resume(run: RunDir) -> None:
    from grok_tui.monitor import launch

    launch.resume(run)


def _fork(run: RunDir, runs: Path) -> None:
    from grok_tui.monitor import forking, launch
    from grok_tui.monitor.checkpoint import Which

    forked = forking.fork(run, runs, Which())
    forking.train(forked, run)
    launch.wait_until_taken(forked.run)


def _send(run: RunDir, command: Command) -> None:
    control.send(run, command, by="tui")


def _summaries(runs: Path, limit: int) -> Sequence[Summary]:
    from grok_tui.monitor import catalog

    return catalog.summaries(runs, limit)


def _catalog(runs: Path) -> Catalog:
    from grok_tui.monitor.catalog import Catalog

    return Catalog(runs)


def _archive(run: RunDir) -> Path:
    from grok_tui.monitor.archive import archive

    return archive(run)


def _estimate(config: Config, runs: Path) -> Estimate:
    from grok_tui.monitor import estimate

    return estimate.estimate(config, runs)


def _memory(config: Config, device: str) -> Need:
    from grok_tui.monitor import memory

    return memory.need(config, device)


def _devices() -> Sequence[str]:
    from grok_tui.monitor import machine

    return machine.devices()


def _edit(path: Path) -> None:
    from grok_tui.ui import editing

    editing.edit(path)


def _claims(runs: Path, variant: Variant) -> Claims:
    from grok_tui.ui.claims import Claims

    return Claims(runs, variant)


def _reproduce(runs: Path, figures: Sequence[str], variant: Variant) -> None:
    from grok_tui.ui import claims

    claims.reproduce(runs, figures, variant)


def _figure(runs: Path, variant: Variant, name: str) -> Path | None:
    from grok_tui.ui import claims

    return claims.figure(runs, variant, name)


def _alive(runs: Path) -> list[str]:
    return [run.id for run in run_folders(runs) if lock_state(run) == "held"]


def _threat() -> str:
    from grok_tui.monitor import logout

    return logout.threat()


def _machine() -> Machine:
    from grok_tui.monitor.machine import Machine

    return Machine()


@dataclass(frozen=True)
class Services:
    """Each is called with plain values, most of them in a thread, and may raise GrokTuiError."""

    fetch: Callable[[Config, Callable[[str], object]], None] = _fetch
    """Fetch the files that a run needs and lacks, saying how far they have come."""
    start: Callable[[Config, Path, str, str], RunDir] = _start
    """Make a run, called so, and spawn its trainer on a device."""
    wait: Callable[[RunDir], None] = _wait
    """Return when its trainer trains."""
    resume: Callable[[RunDir], None] = _resume
    """Take a run on from its checkpoint."""
    fork: Callable[[RunDir, Path], None] = _fork
    """Begin a new run in the folder, from the latest checkpoint of another."""
    send: Callable[[RunDir, Command], None] = _send
    """Tell a trainer to stop, pause, continue."""
    post: Callable[[RunDir, AnyOrder], str] = control.post
    """Send a trainer an order with more to say; its id."""
    note: Callable[[RunDir, int, str], object] = notes.add
    """Put a note to a step."""
    unnote: Callable[[RunDir, int], None] = notes.remove
    """Take away the notes of a step."""
    summaries: Callable[[Path, int], Sequence[Summary]] = _summaries
    """The newest runs in the folder, so many of them (0: all), newest first."""
    catalog: Callable[[Path], Catalog] = _catalog
    """The runs of the folder, to be looked at again and again."""
    archive: Callable[[RunDir], Path] = _archive
    """Move a run out of the list; where it is then."""
    estimate: Callable[[Config, Path], Estimate] = _estimate
    """How long an experiment takes here."""
    memory: Callable[[Config, str], Need] = _memory
    """The memory that it takes on a device, and what is free there."""
    devices: Callable[[], Sequence[str]] = _devices
    """The GPUs of this host by name, that of cuda:0 first."""
    edit: Callable[[Path], None] = _edit
    """Have the user edit a file; the terminal must be free meanwhile."""
    claims: Callable[[Path, Variant], Claims] = _claims
    """Something that looks at how the claims stand in the folder."""
    reproduce: Callable[[Path, Sequence[str], Variant], None] = _reproduce
    """Make the missing runs of these figures, of all if none are named, in the background."""
    figure: Callable[[Path, Variant, str], Path | None] = _figure
    """The picture of a claim, if it was drawn."""
    alive: Callable[[Path], Sequence[str]] = _alive
    """The ids of the runs whose trainers hold their lock."""
    threat: Callable[[], str] = _threat
    """What would end a trainer at the logout, and what to do; empty if nothing would."""
    machine: Callable[[], Machine] = _machine
    """Something that looks at this host."""
    sweeps: SweepServices = field(default_factory=SweepServices)
    """What the screens of sweeps ask."""
    clock: Callable[[], float] = time.time
    """Seconds since the epoch, for ages."""
