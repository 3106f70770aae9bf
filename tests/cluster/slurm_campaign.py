"""A sweep in the queue of SLURM while its nodes die: each pack ends once, as it would have here.

`make test-cluster` runs this; GROK_TUI_PACKS is how many packs there are, and a third as many nodes
are killed.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.sweeps import starting
from grok_tui.monitor.sweeps.planning import Part
from grok_tui.placing import slurm_batch, slurm_queue
from grok_tui.placing.training import completed
from grok_tui.protocol import control
from grok_tui.protocol.events import Resumed
from grok_tui.protocol.rundir import RunDir, lock_state, run_folders
from tests.cluster.slurm import LOST_AFTER, NODES, Cluster, cluster, until
from tests.engine import runs
from tests.faults import alike, children
from tests.monitor.sweeps import made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir

PACKS = int(os.environ.get("GROK_TUI_PACKS", "60"))
KILLS = PACKS // 3
STEPS = 1000
SECONDS = 1800.0
"""After which the campaign gives up; not a promise of speed."""
HOSTILE = 'it\'s 100% $(x) `y` "q"\n#SBATCH --bad'


@pytest.fixture
def slurm() -> Iterator[Cluster]:
    """A cluster whose arrays are small."""
    with cluster(MaxArraySize=9) as made:
        yield made


def sweep_of(folder: Path, packs: int, steps: int) -> SweepDir:
    """A sweep of tiny packs with two lanes each."""
    base = {**made.TINY, "train": {"steps": steps, "learning_rate": 1e-2}}
    rates = [round(0.1 + 0.8 * number / packs, 4) for number in range(packs)]
    design = made.sweep_of({made.RATE: rates}, base, seeds=[0])
    part = Part(design, lambda _: 2)
    assert len(part.packs) == packs
    return starting.begin(design, part, folder, "tiny")


@dataclass
class Driver:
    """The driver of a sweep as a process."""

    sweep: SweepDir
    slurm: Cluster
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    began: int = field(default=0)

    def begin(self) -> None:
        """Start it, detached as it usually is."""
        words = ("--engine", "slurm", "--devices", "cpu", *self.options)
        self.began += 1
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grok_tui.placing", str(self.sweep.path), *words],
            env=self.slurm.environment,
            start_new_session=True,
        )

    def kill(self) -> None:
        """As by a crash of its machine."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def done(self) -> int:
        """How many packs are, as the driver says."""
        log = self.sweep.log
        return len(set(re.findall(r" done: (.*)", log.read_text()))) if log.exists() else 0

    def ended(self) -> bool:
        """Whether all is done. One that somebody killed is started again."""
        assert self.process
        code = self.process.poll()
        if code == -signal.SIGKILL:
            self.begin()
        elif code is not None:
            assert code == 0, self.sweep.log.read_text()[-3000:]
        return code == 0


@pytest.fixture
def drive(slurm: Cluster) -> Iterator[Callable[..., Driver]]:
    """Starts drivers; none is left."""
    begun: list[Driver] = []

    def drive(sweep: SweepDir, *options: str) -> Driver:
        begun.append(Driver(sweep, slurm, options))
        begun[-1].begin()
        return begun[-1]

    yield drive
    for one in begun:
        one.kill()


class Chaos:
    """What happens to a cluster while a sweep goes on: the more, the more of its packs are done."""

    def __init__(self, slurm: Cluster, driver: Driver, seed: int) -> None:
        self._slurm, self._driver = slurm, driver
        self._random = random.Random(seed)
        self._back: dict[str, float] = {}
        """Dead nodes, and when they come back."""
        acts = {"kill_node": KILLS, "requeue": KILLS, "start_twice": KILLS // 2}
        acts |= {"kill_controller": 2, "kill_driver": 2}
        self.left = [name for name, count in acts.items() for _ in range(count)]
        self._random.shuffle(self.left)
        self._apart = 0.8 * PACKS / len(self.left)
        self._did = 0
        self.said = ", ".join(f"{count} {name}" for name, count in acts.items())

    def look(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        for node in [node for node, when in self._back.items() if when < now]:
            del self._back[node]
            self._slurm.begin_node(node)
        done = self._driver.done()
        due = self.left and done >= self._did * self._apart
        if due and getattr(self, self.left[-1])():
            self.left.pop()
            self._did += 1

    def _busy(self) -> dict[str, str]:
        """The jobs that are worked on, by the nodes that live."""
        told = self._slurm.says("squeue", "--noheader", "--states=RUNNING", "--format=%N %i")
        found = (line.split() for line in told.splitlines())
        return {node: job for node, job in found if node in NODES and node not in self._back}

    def kill_node(self) -> bool:
        """A node with something on it dies, and comes back before SLURM finds out, or after."""
        if nodes := sorted(self._busy()):
            node = self._random.choice(nodes)
            self._slurm.kill_node(node)
            after = self._random.choice([1.0, LOST_AFTER + 2.0, LOST_AFTER + 5.0])
            self._back[node] = time.monotonic() + after
        return bool(nodes)

    def requeue(self) -> bool:
        """The time of a job is nearly up."""
        if jobs := sorted(self._busy().values()):
            self._slurm.says("scancel", "--batch", "--signal=USR1", self._random.choice(jobs))
        return bool(jobs)

    def start_twice(self) -> bool:
        """Somebody puts packs into the queue that are there, are trained, or are done."""
        sweep = self._driver.sweep
        packs = self._random.sample(list(run_folders(sweep.packs)), 2)
        mark, batch = slurm_batch.new_mark(), slurm_batch.batch(sweep, packs)
        slurm_batch.write(sweep, mark, batch)
        script = (slurm_batch.folder(sweep) / "job.sh", "by-hand", mark)
        with mock.patch.dict(os.environ, self._slurm.environment), suppress(RunError):
            slurm_queue.submit(script, len(packs), ())
            return True
        return False

    def kill_controller(self) -> bool:
        """slurmctld dies and comes back."""
        self._slurm.kill_controller()
        time.sleep(self._random.uniform(0.5, 3.0))
        self._slurm.begin_controller()
        return True

    def kill_driver(self) -> bool:
        """The driver dies; another one comes."""
        self._driver.kill()
        return True


def assert_as_here(sweep: SweepDir, folder: Path) -> int:
    """Every pack ended once, as a run of its own does; how often one was taken on."""
    resumed = 0
    for run in run_folders(sweep.packs):
        here = RunDir(folder / run.id)
        shutil.copytree(run.control, here.control)
        here.path.joinpath("checkpoints").mkdir()
        here.artifacts.mkdir()
        shutil.copy(run.config, here.config)
        assert children.finish(here) == 0
        assert lock_state(run) == "free"
        assert runs.kinds(run).count("Finished") == 1
        alike.assert_alike(run, here, 0)
        found = [event for event in runs.events(run) if isinstance(event, Resumed)]
        assert all(event.exact for event in found)
        resumed += len(found)
    return resumed


def test_each_pack_ends_once_as_it_would_here(
    tmp_path: Path, slurm: Cluster, drive: Callable[..., Driver]
) -> None:
    sweep = sweep_of(tmp_path / HOSTILE, PACKS, STEPS)
    driver = drive(sweep, "--option=--nice=1000")  # what is started twice comes first
    chaos = Chaos(slurm, driver, 0)
    began = time.monotonic()
    while not driver.ended():
        assert time.monotonic() - began < SECONDS, sweep.log.read_text()[-3000:]
        chaos.look()
        time.sleep(0.2)
    took = time.monotonic() - began
    resumed = assert_as_here(sweep, tmp_path / "here")
    log = sweep.log.read_text()
    sys.stdout.write(
        f"\n{PACKS} packs in {took:.0f} s: {chaos.said}; {driver.began} drivers, {resumed} times "
        f"taken on, {log.count('vanished')} times put into the queue anew\n"
    )
    assert not chaos.left


def test_a_job_whose_time_is_up_goes_back_and_on(
    tmp_path: Path, slurm: Cluster, drive: Callable[..., Driver]
) -> None:
    sweep = sweep_of(tmp_path / "runs", 1, 2 * STEPS)
    (run,) = run_folders(sweep.packs)
    driver = drive(sweep, "--option=--time=1")
    until(lambda: lock_state(run) == "held")
    control.send(run, "pause", by="test")  # else it ends before its minute
    until(driver.ended, SECONDS)
    assert "vanished" not in sweep.log.read_text()
    assert assert_as_here(sweep, tmp_path / "here") >= 1


def test_a_sweep_that_is_stopped_leaves_nothing_in_the_queue_and_goes_on(
    tmp_path: Path, slurm: Cluster, drive: Callable[..., Driver]
) -> None:
    sweep = sweep_of(tmp_path / "runs", 4, 4 * STEPS)
    driver = drive(sweep)
    packs = list(run_folders(sweep.packs))
    until(lambda: any(lock_state(run) == "held" for run in packs))
    control.send(sweep, "stop", by="test")
    assert driver.process
    assert driver.process.wait(SECONDS) == 130
    assert slurm.says("squeue", "--noheader") == ""
    assert not any(completed(run) for run in packs)
    assert {lock_state(run) for run in packs} == {"free"}
    driver.begin()
    until(driver.ended, SECONDS)
    assert_as_here(sweep, tmp_path / "here")
