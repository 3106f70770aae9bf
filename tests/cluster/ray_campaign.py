"""Sweeps on a Ray cluster of three nodes that are killed again and again.

`make test-cluster` runs this, with a Ray of its own; GROK_TUI_PACKS is how many packs there are,
and a third as many nodes are killed.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from grok_tui.engine.log import ended_as
from grok_tui.errors import RunError
from grok_tui.monitor.sweeps import design, folder, planning
from grok_tui.protocol import control
from grok_tui.protocol.rundir import RunDir, lock_state
from tests.cluster import ray_nodes
from tests.engine import runs
from tests.faults import alike, children
from tests.monitor.sweeps.made import TINY
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir
    from tests.cluster.ray_nodes import Nodes

PACKS = int(os.environ.get("GROK_TUI_PACKS", "60"))
KILLS = max(2, PACKS // 3)
PATIENCE = 900.0
"""Seconds after which the campaign gives up; not a promise of speed."""
RATES = [1e-2, 3e-3, 1e-3]
STEPS = 1000
REFUSED = 2
NODES = ("head", "one", "two")


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """The cluster, in whose environment the tests run."""
    with ray_nodes.cluster() as found, pytest.MonkeyPatch.context() as patch:
        for key, value in found.environment.items():
            patch.setenv(key, value)
        yield found


def made(where: Path, packs: int) -> SweepDir:
    """A sweep of so many packs, each a dense network and a ticket."""
    sweep = {"seeds": packs // len(RATES), "axes": {"train.learning_rate": RATES}}
    asked = design.of_table({**TINY, "train": {"steps": STEPS}, "sweep": sweep}, "made.toml")
    part = planning.Part(asked, lambda _: 2)
    assert len(part.packs) == packs

    def make(new: SweepDir) -> None:
        part.write(new, "pack")

    return folder.begin(where, "tiny", asked.dump(), make)


def packs_of(sweep: SweepDir) -> list[RunDir]:
    """Its packs."""
    return [sweep.pack(pack) for plan in sweep.plans() for pack in plan.packs]


def assert_as_here(sweep: SweepDir, where: Path) -> None:
    """Each pack has ended once, and as it does on this machine, to the last bit."""
    for number, pack in enumerate(packs_of(sweep)):
        kinds = runs.kinds(pack)
        assert (ended_as(pack.events), kinds.count("Finished")) == ("completed", 1), pack.id
        assert kinds.count("Started") == 1, pack.id
        here = RunDir(where / pack.id)
        for part in (here.control, here.checkpoints, here.artifacts):
            part.mkdir(parents=True)
        here.config.write_bytes(pack.config.read_bytes())
        assert children.finish(here) == 0, pack.id
        alike.assert_alike(pack, here, number)


class Campaign:
    """Kills nodes and starts packs twice while a driver works."""

    def __init__(self, nodes: Nodes, sweep: SweepDir) -> None:
        self._nodes, self._sweep, self._packs = nodes, sweep, packs_of(sweep)
        self._random = random.Random(7)
        self._joining: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = self.hit = self.doubles = 0
        self.headless = self.driverless = False
        """Whether the head, and the driver, was killed."""
        self.driver = self._drive()

    @property
    def told(self) -> str:
        """What it did."""
        return (
            f"{PACKS} packs, {self.kills} nodes killed, a head and a driver, {self.hit} trainers "
            f"with them, {self.doubles} double starts refused"
        )

    def go_on(self) -> None:
        """Do what is due: the more packs are done, the more kills."""
        self.keep()
        share = self.done / PACKS
        if not self.headless and share > 0.5:
            self.kill_head()
        elif not self.driverless and share > 0.75:
            self.kill_driver()
        elif self.kills < KILLS * min(1.0, share * 1.2 + 0.1) and self.can_kill():
            self.start_twice()
            self.kill()

    @property
    def done(self) -> int:
        """Packs that are complete."""
        return sum(ended_as(pack.events) == "completed" for pack in self._packs)

    def kill(self) -> None:
        """A node dies, that with most trainers, in one of two ways, and is started again."""
        there = [node for node in ("one", "two") if not self._joins(node)]
        node = max(there, key=lambda node: len(self._nodes.trainers(node)))
        self.hit += len(self._nodes.trainers(node))
        if self._random.random() < 0.5:
            self._nodes.kill_raylet(node)
        self._nodes.kill(node)
        self._start(node)
        self.kills += 1

    def kill_driver(self) -> None:
        """The driver dies; all trainers with it, and another driver goes on."""
        self.driverless = True
        trainers = [pid for node in NODES for pid in self._nodes.trainers(node)]
        self.hit += len(trainers)
        self.driver.kill()
        self.driver.wait()
        until(lambda: not any(self._nodes.trainers(node) for node in NODES))
        self.driver = self._drive()

    def _start(self, node: str) -> None:
        if node in self._joining:
            self._joining[node].wait()
        self._joining[node] = self._nodes.start(node)

    def _drive(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "grok_tui.placing", str(self._sweep.path)]
        words += ["--engine", "ray", "--option", self._nodes.address]
        return subprocess.Popen(words, start_new_session=True)

    def end(self) -> None:
        """End the driver, and wait for the nodes that join."""
        self.driver.kill()
        self.driver.wait()
        for joins in self._joining.values():
            joins.wait()

    def kill_head(self) -> None:
        """The head dies, and so the cluster; all nodes begin again."""
        self.headless = True
        self.hit += sum(len(self._nodes.trainers(node)) for node in NODES)
        self._nodes.kill("head")
        time.sleep(5)
        for node in ("one", "two"):  # else Ray finds on this machine that it runs already
            self._nodes.kill(node)
        self._nodes.start_head()
        for node in ("one", "two"):
            self._start(node)

    def start_twice(self) -> None:
        """A trainer that nobody needs, on a pack that is trained."""
        alive = [pack for pack in self._packs if lock_state(pack) == "held"]
        if not alive:
            return
        pack = self._random.choice(alive)
        words = [sys.executable, "-m", "grok_tui.engine", str(pack.path), "--device", "cpu"]
        code = subprocess.run(words, stderr=subprocess.PIPE).returncode
        if ended_as(pack.events) != "completed" and code != 0:
            assert code == REFUSED
            self.doubles += 1

    def keep(self) -> None:
        """Have living trainers write checkpoints: by themselves they do so twice a minute."""
        for pack in self._packs:
            with contextlib.suppress(RunError):  # a trainer that begins sweeps half-written orders
                if lock_state(pack) == "held":
                    control.send(pack, "checkpoint", by="test")

    def can_kill(self) -> bool:
        """Whether a node is up that is no head."""
        return not all(self._joins(node) for node in ("one", "two"))

    def _joins(self, node: str) -> bool:
        return node in self._joining and self._joining[node].poll() is None


def test_every_pack_ends_once_and_as_here(nodes: Nodes, tmp_path: Path) -> None:
    sweep = made(tmp_path / "runs", PACKS)
    campaign = Campaign(nodes, sweep)
    began = time.monotonic()
    try:
        until(lambda: any(has(pack.events, '"measured"') for pack in packs_of(sweep)))
        while campaign.driver.poll() is None:
            assert time.monotonic() - began < PATIENCE, sweep.log.read_text()[-3000:]
            time.sleep(1)
            campaign.go_on()
        code = campaign.driver.returncode
    finally:
        campaign.end()
    sys.stdout.write(f"\n{campaign.told}, {time.monotonic() - began:.0f} s\n")
    assert code == 0, sweep.log.read_text()[-3000:]
    assert campaign.headless
    assert campaign.driverless
    assert campaign.kills >= KILLS
    assert_as_here(sweep, tmp_path / "here")
