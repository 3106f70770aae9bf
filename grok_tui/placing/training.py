"""Whether somebody trains a run, as far as that can be seen from this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.glance import glance
from grok_tui.protocol.alive import process_lives
from grok_tui.protocol.events import Finished
from grok_tui.protocol.rundir import boot_id, lock_state, read_about

if TYPE_CHECKING:
    from grok_tui.monitor.watch import Pulse
    from grok_tui.protocol.rundir import RunDir


def trained(run: RunDir, pulse: Pulse, silence: float) -> bool:
    """Whether a trainer has the run: by its lock, or by a heartbeat where no lock is seen.

    A lock may not reach from one machine to another. A heartbeat that stands still for `silence`
    seconds is that of a dead one.
    """
    lock = lock_state(run)
    if lock == "held":
        return True
    about = read_about(run)
    if about is None or about.boot_id == boot_id():
        return lock == "unknown" and about is not None and process_lives(about)
    return glance(run).ended is None and pulse.silence(run) < silence


def completed(run: RunDir) -> bool:
    """Whether the run is trained to its end."""
    ended = glance(run).ended
    return isinstance(ended, Finished) and ended.outcome == "completed"
