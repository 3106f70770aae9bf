"""A trainer that trains nothing and needs no torch: `python -m tests.faults.stand_in RUN_DIR`.

It holds the lock, writes a log line by line, obeys `stop` and signals, and ends by itself late.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from grok_tui.engine.signals import Signals
from grok_tui.monitor.watch import View, Watch
from grok_tui.protocol import control
from grok_tui.protocol.rundir import RunDir, TrainerLock, lock_state
from tests import fakes
from tests.slow.trainers import until

INSTEAD = (
    "import sys\n"
    "from grok_tui.monitor import launch\n"
    "launch.ENGINE = (sys.executable, '-m', 'tests.faults.stand_in')"
)
"""Python for a process that is to start these in place of trainers."""
STORY = fakes.run_events(fakes.config(), last=10_000)
"""What it logs."""
EVERY = 0.02
"""Seconds between two lines."""


def assert_trains(run: RunDir, trial: str) -> View:
    """It lives and goes on; what who looks again sees."""
    assert lock_state(run) == "held", trial
    before = run.events.stat().st_size
    until(lambda: run.events.stat().st_size > before)
    view = Watch(run).look()
    assert view.state == "running", trial
    return view


def main(path: str) -> int:
    """Write the story; the exit code."""
    signals = Signals()
    signals.install()
    run = RunDir(Path(path))
    lock = TrainerLock(run)
    for order in control.waiting(run):
        order.unlink()
    told = []
    for event in STORY[:-1]:
        told.append(event)
        fakes.append(run, [event])
        time.sleep(EVERY)
        orders = [control.read(order) for order in control.waiting(run)]
        if signals.stop or control.Stop in map(type, orders):
            fakes.append(run, [fakes.finished(told, "stopped")])
            return 130
    fakes.append(run, STORY[-1:])
    lock.release()
    return 0


if __name__ == "__main__":
    os._exit(main(sys.argv[1]))
