"""The queue of SLURM: packs are put there in arrays, and stay when the driver goes.

SLURM is asked at most every ten seconds which of them wait or are worked on, once for all.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from grok_tui.errors import RunError, UsageError
from grok_tui.monitor.spawning import environment
from grok_tui.placing import slurm_batch, slurm_queue
from grok_tui.placing.journal import Journal
from grok_tui.placing.local import slots
from grok_tui.protocol.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Set
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.placing.place import Asked
    from grok_tui.placing.slurm_queue import Listed
    from grok_tui.protocol.rundir import RunDir

EVERY = 10.0
"""Seconds between two looks at the queue."""
MOST_QUEUED = 2000
"""Packs of a sweep in the queue at most: others use it too."""


def place(sweep: SweepDir, asked: Asked) -> Slurm:
    """The queue, for jobs with these options of `sbatch`.

    Each job is one trainer, on the one device that is named, or what it finds it was given. Raises
    UsageError, and RunError where there is no SLURM.
    """
    if len(asked.devices) > 1:
        shown = ",".join(asked.devices)[:40]
        raise UsageError(f"--devices {shown}: expected one, which every job has")
    device = slots(asked.devices)[0] if asked.devices else "auto"
    options = slurm_queue.options(asked.options)
    try:
        limit = slurm_queue.array_limit()
        script = write_script(sweep, device)
        return Slurm(sweep, script, options, limit)
    except OSError as error:
        why = (error.strerror or str(error) or "unknown reason").lower()
        raise RunError(f"cannot use SLURM from {sweep.path}: {why}") from None


class Slurm:
    """A cluster that shares the sweep's folder with this machine."""

    keeps = True

    def __init__(
        self,
        sweep: SweepDir,
        script: Path,
        options: Sequence[str] = (),
        limit: int = slurm_batch.MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """With what earlier drivers have put there. `limit`: the most jobs of an array."""
        self._sweep = sweep
        self._script = script
        self._options = options
        self._clock = clock
        self._journal = Journal(sweep.log)
        self._said = ""
        self._waiting: dict[str, RunDir] = {}
        """To be put into the queue."""
        self._batches = slurm_batch.read_all(sweep)
        self._queued = {id_ for one in self._batches.values() for id_ in one.runs}
        """In the queue, as far as is known: all, until SLURM has answered."""
        self._answered = False
        self._looked = self._withdrawn = float("-inf")
        self._hindered = False
        """The queue takes no more now, or is out of reach: until the next look."""
        self._refused = ""
        self._most = self._limit = min(slurm_batch.MOST, limit)

    def room(self) -> int:
        """How many more packs are put into the queue."""
        return max(0, MOST_QUEUED - len(self._queued) - len(self._waiting))

    def start(self, run: RunDir) -> None:
        """Have a pack put into the queue, unless it is there, together with others.

        Raises RunError with SLURM's sentence where it has refused the last ones.
        """
        if self._refused:
            sentence, self._refused = self._refused, ""
            raise RunError(f"SLURM refuses the jobs: {sentence}")
        if run.id not in self._queued or not self._answered:
            self._waiting[run.id] = run

    def running(self) -> Set[str]:
        """The runs that wait in the queue, are on their way to it, or are worked on."""
        if self._clock() - self._looked >= EVERY:
            self._look()
        self._submit()
        return self._queued | self._waiting.keys()

    def withdraw(self) -> None:
        """Cancel the jobs that wait, as often as the queue is looked at."""
        self._waiting.clear()
        if self._clock() - self._withdrawn < EVERY:
            return
        self._withdrawn = self._clock()
        try:
            slurm_queue.cancel_waiting({job.array for job, _ in self._listed()})
        except (RunError, OSError) as error:
            self._say(f"what waits in the queue of SLURM stays there: {error}")
        self._look()

    def close(self) -> None:
        """Jobs go on by themselves."""

    def _listed(self) -> list[tuple[Listed, str]]:
        """The jobs of this sweep in the queue, and which run each is for."""
        jobs = ((job, self._run_of(job)) for job in slurm_queue.listed(self._name("")))
        return [(job, run) for job, run in jobs if run]

    def _run_of(self, job: Listed) -> str:
        batch = self._batches.get(job.name.removeprefix(self._name("")))
        if batch is None or batch.job not in (0, job.array) or job.index >= len(batch.runs):
            return ""
        return batch.runs[job.index]

    def _name(self, mark: str) -> str:
        return f"grok-tui-{self._sweep.id}-{mark}"

    def _look(self) -> None:
        """Ask SLURM what it has; if it does not answer, what is known stays so."""
        self._looked = self._clock()
        try:
            queued = {run for _, run in self._listed()}
        except (RunError, OSError) as error:
            self._say(f"SLURM does not answer: {error}")
            self._hindered = True
            return
        for id_ in self._waiting.keys() & queued:  # it came there without our having heard of it
            del self._waiting[id_]
        self._queued, self._hindered, self._answered = queued, False, True

    def _submit(self) -> None:
        """Put what waits into the queue, in as few arrays as it takes."""
        while self._waiting and not self._hindered:
            self._offer(list(self._waiting.values())[: self._most])

    def _offer(self, runs: Sequence[RunDir]) -> None:
        try:
            self._send(runs)
            self._most = min(2 * self._most, self._limit)
        except RunError as error:
            self._shrink(str(error))
        except OSError as error:
            self._say(f"packs wait to be put into the queue of SLURM: {error}")
            self._hindered = True

    def _send(self, runs: Sequence[RunDir]) -> None:
        """Raises RunError if SLURM refuses; OSError if the disk does, or nobody can say."""
        mark, batch = slurm_batch.new_mark(), slurm_batch.batch(self._sweep, runs)
        slurm_batch.write(self._sweep, mark, batch)
        self._batches[mark] = batch
        script = (self._script, self._name(mark), mark)
        try:
            job = slurm_queue.submit(script, len(runs), self._options)
        except RunError:
            del self._batches[mark]
            slurm_batch.remove(self._sweep, mark)
            raise
        for run in runs:
            del self._waiting[run.id]
            self._queued.add(run.id)
        self._batches[mark] = msgspec.structs.replace(batch, job=job)
        slurm_batch.write(self._sweep, mark, self._batches[mark])

    def _shrink(self, sentence: str) -> None:
        """After a refusal: try with fewer jobs, or later, or give up."""
        self._look()
        if self._hindered:
            return
        if self._most > 1:
            self._most //= 2
        elif self._queued:  # there may be a limit on what one user has there
            self._say(f"packs wait to be put into the queue of SLURM: {sentence}")
            self._hindered = True
        else:
            self._refused = sentence
            self._waiting.clear()

    def _say(self, sentence: str) -> None:
        """A line in the log of the driver, unless the last one was the same."""
        if sentence != self._said:
            self._said = sentence
            self._journal.say(sentence)


def write_script(sweep: SweepDir, device: str) -> Path:
    """What SLURM is given to run; the mark of the array is its argument. Raises OSError.

    SIGUSR1 is ignored until Python has begun. It begins in the root folder: Python looks for
    modules where it begins, and a sweep's folder may be a stranger's.
    """
    path = environment().get("PYTHONPATH", "")
    words = (sys.executable, "-m", "grok_tui.placing.slurm_job", "--device", device)
    lines = (
        "#!/bin/sh",
        "trap '' USR1",
        *((f"export PYTHONPATH={shlex.quote(path)}",) if path else ()),
        "cd /",
        f'exec {shlex.join(words)} -- {shlex.quote(str(sweep.path.absolute()))} "$1"',
        "",
    )
    slurm_batch.make_folder(sweep)
    script = slurm_batch.folder(sweep) / "job.sh"
    Disk().replace(script, os.fsencode("\n".join(lines)), 0o755)
    return script
