"""A slot of a Ray cluster: the actor that has one trainer at a time, on a device of its own.

Whatever ends the actor (its node, its driver, Ray itself) kills the trainer at once; the run is
then as one whose power was cut, and goes on elsewhere from its checkpoint.
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import grok_tui
from grok_tui.monitor import launch
from grok_tui.monitor.glance import glance
from grok_tui.monitor.spawning import spawn
from grok_tui.monitor.watch import SILENCE, Pulse
from grok_tui.placing.leash import leashed
from grok_tui.placing.training import lanes
from grok_tui.protocol.events import Finished
from grok_tui.protocol.rundir import RunDir, boot_id, lock_state, read_about

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

Standing = Literal["listening", "training", "held", "unseen", "ended"]
"""Of a run in a slot: it is listened whether a trainer on another host lives; it is trained;
another trainer has it; its folder is not to be seen from here; its trainer has ended."""


class Slot:
    """What the actor does. All its calls return at once."""

    def __init__(self, options: Sequence[str], silence: float = SILENCE) -> None:
        """`options` are those of the trainer. One on another host is dead after that silence."""
        self._options = tuple(options)
        self._silence = silence
        self._number = -1
        self._run = RunDir(Path())
        self._child: subprocess.Popen[bytes] | None = None
        self._pulse: Pulse | None = None
        self._silent = 0.0

    def about(self) -> tuple[str, str]:
        """The version of grok-tui here, and the host."""
        return grok_tui.__version__, platform.node()

    def tend(self, number: int, path: str) -> tuple[Standing, int]:
        """See to it that this run is trained; how it stands, and the exit code if it has ended.

        A number is one order to train it: said twice it is the same, with another it starts anew.
        """
        if number != self._number:
            self._number, self._run, self._child = number, RunDir(Path(path)), None
            self._pulse = Pulse() if _from_afar(self._run) else None
            self._silent = 0.0
        if self._child is None:
            return self._begin()
        code = self._child.poll()
        if code is None:
            return "training", 0
        if code == launch.EXIT_BAD_RUN and lock_state(self._run) == "held":
            return "held", 0
        return "ended", code

    def stop(self) -> None:
        """Tell the trainer to write a checkpoint and end."""
        if self._child is not None:
            self._child.terminate()

    def _begin(self) -> tuple[Standing, int]:
        run = self._run
        if not run.config.is_file():
            return "unseen", 0
        if lock_state(run) == "held":
            return "held", 0
        if self._pulse is not None:
            before, self._silent = self._silent, self._pulse.silence(run)
            if self._silent < before:
                return "held", 0
            if self._silent < self._silence:
                return "listening", 0
        # a lane alone has one thread wherever it is trained: its bits hang on how many
        alone = ("--threads", "1") if lanes(run) == 1 else ()
        words = leashed((*launch.ENGINE, str(run.path), *self._options, *alone))
        try:
            self._child = spawn(words, run.trainer_log)
        except OSError:
            return "ended", launch.EXIT_BAD_RUN
        return "training", 0


def _from_afar(run: RunDir) -> bool:
    """Whether a trainer on another host may have it: its lock may say nothing here."""
    about = read_about(run)
    if about is None or about.boot_id in ("", boot_id()):
        return False
    return not isinstance(glance(run).ended, Finished)
