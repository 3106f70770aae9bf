"""Whether somebody trains a run, as far as that can be seen from this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.errors import GrokTuiError
from grok_tui.monitor.glance import glance
from grok_tui.monitor.watch import SILENCE, Pulse
from grok_tui.protocol import presets
from grok_tui.protocol.alive import process_lives
from grok_tui.protocol.events import Finished
from grok_tui.protocol.rundir import boot_id, lock_state, read_about

if TYPE_CHECKING:
    from grok_tui.protocol.rundir import RunDir


def trained(run: RunDir, pulse: Pulse, silence: float) -> bool:
    """Whether a trainer has the run: by its lock, or by a heartbeat where no lock is seen.

    A lock may not reach from one machine to another. A heartbeat that stands still for `silence`
    seconds is that of a dead one.
    """
    lock = lock_state(run)
    if lock == "held":
        return True
    if not _is_afar(run):
        about = read_about(run)
        return lock == "unknown" and about is not None and process_lives(about)
    return glance(run).ended is None and pulse.silence(run) < silence


class Afar:
    """Trainers on other machines, whose deaths nobody tells: who falls silent is gone."""

    def __init__(self) -> None:
        self._pulses: dict[str, Pulse] = {}

    def lost(self, run: RunDir) -> bool:
        """Whether the trainer of a run, which is said to live, was not heard of for a minute."""
        if lock_state(run) == "held" or not _is_afar(run):
            self._pulses.pop(run.id, None)
            return False
        return self._pulses.setdefault(run.id, Pulse()).silence(run) >= SILENCE


def _is_afar(run: RunDir) -> bool:
    about = read_about(run)
    return about is not None and about.boot_id != boot_id()


def lanes(run: RunDir) -> int:
    """How many lanes a run has; 0 if its configuration cannot be read, as its trainer will say."""
    try:
        config = presets.load_config(run.config)
    except GrokTuiError:
        return 0
    return len(config.arms) * len(config.seeds)


def completed(run: RunDir) -> bool:
    """Whether the run is trained to its end."""
    ended = glance(run).ended
    return isinstance(ended, Finished) and ended.outcome == "completed"
