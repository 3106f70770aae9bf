"""Signals to `run --headless` and `reproduce`: how they end, and what becomes of the trainer."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from subprocess import PIPE
from typing import TYPE_CHECKING

from grok_tui.monitor.watch import Watch
from grok_tui.protocol.rundir import lock_state, run_folders
from tests.faults import stand_in
from tests.faults.counting import trials
from tests.slow.trainers import PATIENCE, has, until
from tests.terminal.pty import grok

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

RUN = grok("run", "quickstart", "--headless", before=stand_in.INSTEAD)
AS_DATA = grok("run", "quickstart", "--headless", "--json", before=stand_in.INSTEAD)
REPRODUCE = grok("reproduce", "fig1", before=stand_in.INSTEAD)
COMMANDS = (RUN, REPRODUCE, AS_DATA)
SENT = ((signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGINT,) * 2,
        (signal.SIGTERM,) * 2)  # fmt: skip


def assert_stops(run: RunDir, trial: str) -> None:
    """The trainer obeys, whoever is still there to see it."""
    until(lambda: lock_state(run) == "free")
    assert Watch(run).look().state == "stopped", trial


@trials(30, at_once=1)
def test_a_signal_to_a_run_that_is_followed_stops_the_trainer_or_leaves_it(
    seeds: range, folder: Path
) -> None:
    """INT, TERM, HUP, INT twice, TERM twice to `run --headless`, its --json, and `reproduce`."""
    for seed in seeds:
        chance = random.Random(seed)
        command, numbers = COMMANDS[seed % 3], SENT[seed % 5]
        trial = f"seed {seed}: {command[3]}, {[signal.Signals(one).name for one in numbers]}"
        environment = os.environ | {"GROK_TUI_RUNS": str(folder)}
        with subprocess.Popen(command, env=environment, stdout=PIPE, stderr=PIPE) as process:
            until(lambda: any(has(run.events, '"measured"') for run in run_folders(folder)))
            [run] = run_folders(folder)
            time.sleep(chance.uniform(0.2, 0.6))
            process.send_signal(numbers[0])
            if numbers == (signal.SIGTERM,) * 2:
                time.sleep(1.1)  # sooner it is one, see `interrupts.ONE_TERM`
            if len(numbers) == 2:
                process.send_signal(numbers[1])
            _, said = process.communicate(timeout=PATIENCE)
        wanted = -signal.SIGHUP if numbers[0] == signal.SIGHUP else 130
        assert process.returncode == wanted, f"{trial}: {process.returncode}, {said.decode()}"
        assert b"Traceback" not in said, trial
        left = numbers[0] == signal.SIGHUP
        (stand_in.assert_trains if left else assert_stops)(run, trial)
