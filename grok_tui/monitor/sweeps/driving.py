"""The driver of a sweep as others see it: a process that is started, asked to stop, and may die."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import msgspec

from grok_tui.errors import RunError
from grok_tui.monitor.spawning import spawn
from grok_tui.monitor.sweeps.packwatch import ALIVE
from grok_tui.monitor.sweeps.results import SweepWatch
from grok_tui.monitor.text import safe
from grok_tui.protocol import control
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.rundir import decode_small, lock_state, read_tail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.sweeps.folder import SweepDir

DRIVER = (sys.executable, "-m", "grok_tui.placing")
"""What is run; tests put something quicker here."""
PATIENCE = 60.0
"""Seconds in which a driver takes its lock, from a cold disk."""
SETTLED = 1.5
"""Seconds after which a driver that has heard of further packs does not end any more."""
POLL = 0.05


class How(msgspec.Struct, frozen=True, kw_only=True):
    """Where packs run, as it was asked for; `engine.json` in the folder of the sweep."""

    engine: str = "local"
    devices: str = "auto"
    options: tuple[str, ...] = ()


def asked_before(sweep: SweepDir) -> How:
    """How the last driver was started."""
    try:
        return decode_small(sweep.path / "engine.json", How)
    except (OSError, ValueError):
        return How()


def drive(sweep: SweepDir, how: How | None = None, command: Sequence[str] = ()) -> bool:
    """Have a driver go on with the sweep, started as the last one, or as `how` says.

    False if there is one already, which takes up whatever was planned meanwhile. Raises RunError
    with the sentence of one that cannot.
    """
    until = time.monotonic() + SETTLED
    while lock_state(sweep) == "held":
        if time.monotonic() > until:
            return False
        time.sleep(POLL)
    how = how or asked_before(sweep)
    options = ("--engine", how.engine, "--devices", how.devices)
    more = tuple(word for option in how.options for word in ("--option", option))
    try:
        Disk().replace(sweep.path / "engine.json", msgspec.json.encode(how))
        words = (*DRIVER, str(sweep.path.absolute()), *options, *more)
        child = spawn(words, sweep.log, command)
    except OSError as error:
        raise RunError(f"cannot start a driver of {sweep.id}: {error.strerror}") from None
    until = time.monotonic() + PATIENCE
    while (code := child.poll()) is None and lock_state(sweep) != "held":
        if time.monotonic() > until:
            raise RunError(f"the driver of {sweep.id} has not begun; see {sweep.log}")
        time.sleep(POLL)
    if code not in (None, 0):
        raise RunError(last_word(sweep) or f"the driver ended with code {code}; see {sweep.log}")
    return True


def stop(sweep: SweepDir, by: str) -> int:
    """Have every trainer stop with a checkpoint; how many packs train. Raises RunError.

    Where no driver is there to do it, each trainer is told by us.
    """
    alive = [pack.run for pack in SweepWatch(sweep).look().packs if pack.state in ALIVE]
    if lock_state(sweep) != "free":
        control.send(sweep, "stop", by)
        return len(alive)
    for run in alive:
        control.send(run, "stop", by)
    return len(alive)


def last_word(sweep: SweepDir) -> str:
    """The last line that the driver said, safe for a terminal; empty if there is none."""
    try:
        lines = [line for line in read_tail(sweep.log).splitlines() if line.strip()]
    except OSError:
        return ""
    return safe(lines[-1], 1000) if lines else ""
