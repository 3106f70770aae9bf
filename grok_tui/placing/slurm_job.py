"""A job in the queue of SLURM: `python -m grok_tui.placing.slurm_job SWEEP_DIR MARK`.

It trains the pack that its index in the array says, from its checkpoint if there is one. SIGUSR1,
which SLURM sends before the time is up, has the trainer write a checkpoint and stop, and puts the
job back into the queue. SIGTERM, for a job that is cancelled, SLURM sends to the trainer itself.

Exit codes are the trainer's; 0 where there was nothing to do, or it stopped as it was told.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.errors import GrokTuiError, RunError
from grok_tui.monitor import launch
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.monitor.watch import Pulse
from grok_tui.placing import slurm_batch
from grok_tui.placing.training import completed, lanes, trained
from grok_tui.protocol.rundir import RunDir, lock_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

MAX_REQUEUES = 100
"""How often a job goes back into the queue, whoever put it there: then the driver is to say."""
PATIENCE = 60.0
"""Seconds for which another trainer of the run is waited for; it may be about to end."""
POLL = 0.2
ASKED = 10
"""Times that SLURM is asked to take the job back: its controller may be away for a moment."""
APART = 5.0
"""Seconds between them."""
MAX_THREADS = 999
"""The most that a trainer takes."""
_EXIT_STOPPED = 130


class Job:
    """One job, from its begin to where it is complete, stopped, or put back."""

    def __init__(self, run: RunDir, device: str, environment: Mapping[str, str]) -> None:
        self._run = run
        self._device = device
        self._environment = environment
        self._over = False

    def install(self) -> None:
        """Take the signals of SLURM. SIGTERM goes to all processes of the job: not passed on."""
        signal.signal(signal.SIGUSR1, self._on_time)
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)

    def _on_time(self, _number: int, _frame: FrameType | None) -> None:
        self._over = True

    def work(self) -> int:
        """Train, unless that is done or somebody does it; the exit code. Raises RunError."""
        until = time.monotonic() + PATIENCE
        while not completed(self._run):
            if not self._is_free(until):
                _say(f"{self._run.id} is being trained elsewhere")
                return self._put_back() if self._over else 0
            code = self._train()
            if self._over:
                return 0 if completed(self._run) else self._put_back()
            raced = code == launch.EXIT_BAD_RUN and lock_state(self._run) == "held"
            if not raced and not completed(self._run):
                return 0 if code == _EXIT_STOPPED else code
        return 0

    def _is_free(self, until: float) -> bool:
        """Whether nobody trains the run; waits for that a while."""
        pulse = Pulse()
        while trained(self._run, pulse, launch.LISTEN):
            if time.monotonic() > until or self._over:
                return False
            time.sleep(POLL)
        return not self._over

    def _train(self) -> int:
        """Have it trained; the trainer is told to stop when the time is up."""
        child = launch.foreground(self._run, self._device, self._threads())
        told = False
        while (code := child.poll()) is None:
            if self._over and not told:
                child.terminate()
                told = True
            time.sleep(POLL)
        return code

    def _threads(self) -> int:
        """As many as the job has cores, and no more than lanes: the bits of one hang on them."""
        cores = _number(self._environment, "SLURM_CPUS_PER_TASK")
        return max(1, min(cores, lanes(self._run), MAX_THREADS))

    def _put_back(self) -> int:
        """Have SLURM take the job back into its queue; 1 if it does not, or did too often."""
        if _number(self._environment, "SLURM_RESTART_COUNT") >= MAX_REQUEUES:
            _say(f"{self._run.id} went back into the queue {MAX_REQUEUES} times already")
            return 1
        names = ("SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID")
        job = "_".join(str(_number(self._environment, name)) for name in names)
        for _ in range(ASKED):
            if subprocess.run(("scontrol", "requeue", job), check=False).returncode == 0:
                return 0
            time.sleep(APART)
        return 1


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Do the work of a job; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m grok_tui.placing.slurm_job")
    parser.add_argument("sweep")
    parser.add_argument("mark")
    parser.add_argument("--device", default="auto")
    asked = parser.parse_args(arguments)
    try:
        run = _run(SweepDir(Path(asked.sweep)), asked.mark, environment)
        job = Job(run, asked.device, environment)
        job.install()
        return job.work()
    except GrokTuiError as error:
        _say(str(error))
        return error.exit_code


def _run(sweep: SweepDir, mark: str, environment: Mapping[str, str]) -> RunDir:
    """The run that this job is for. Raises RunError."""
    runs = slurm_batch.read(sweep, mark).runs
    index = _number(environment, "SLURM_ARRAY_TASK_ID")
    run = RunDir(sweep.packs / runs[index]) if index < len(runs) else None
    if run is None or sweep.packs.is_symlink() or run.path.is_symlink() or not run.path.is_dir():
        raise RunError(f"there is no pack {index} of {mark} in {sweep.path}")
    return run


def _number(environment: Mapping[str, str], name: str) -> int:
    told = environment.get(name, "")
    return int(told) if told.isdecimal() and len(told) < 12 else 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence.encode('utf-8', 'replace').decode()}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
