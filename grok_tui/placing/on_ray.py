"""A Ray cluster: a slot for each of its GPUs, or for cores where it has none.

A process of its own, the bridge, speaks with Ray; here is what must outlive it. A node that is
lost costs the steps since a checkpoint: its runs go on in other slots, and all of them in new ones
when the bridge or the head of the cluster has to begin again.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

import msgspec

from grok_tui.errors import RunError, UsageError
from grok_tui.monitor.spawning import environment
from grok_tui.placing.journal import Journal
from grok_tui.placing.leash import leashed
from grok_tui.placing.ray_bridge import Order, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence, Set

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.placing.place import Asked
    from grok_tui.protocol.rundir import RunDir

BRIDGE = (sys.executable, "-m", "grok_tui.placing.ray_bridge")
_CORES = re.compile(r"cpu(?::([1-9][0-9]{0,2}))?")
CONNECT = 90.0
"""Seconds that the bridge is given to join the cluster."""
SILENT = 30.0
"""Seconds without news after which it hangs: it has some twice a second."""
PAUSE = 3.0
"""Seconds from the end of a bridge to the next."""
PATIENCE = 900.0
"""Seconds without a cluster after which it is lost."""
LEAVE = 30.0
"""Seconds that trainers, and then the bridge, have to end in."""


def place(sweep: SweepDir, asked: Asked) -> OnRay:
    """The cluster of an option HOST:PORT, of RAY_ADDRESS, or that runs here.

    Without devices a slot is a GPU, or a core where no node has GPUs; `cpu:4` makes it four cores.
    Raises UsageError or RunError.
    """
    if len(asked.options) > 1:
        raise UsageError("--option: on Ray expected one, HOST:PORT of the cluster")
    return OnRay(cores(asked.devices), Journal(sweep.log).say, "".join(asked.options))


def cores(devices: Sequence[str]) -> int:
    """Cores of a slot; 0: GPUs if there are any, else one core. Raises UsageError."""
    if not devices:
        return 0
    found = _CORES.fullmatch(devices[0])
    if found is None or len(devices) > 1:
        raise UsageError(
            f"--devices {','.join(devices)[:40]}: on Ray expected auto, cpu, or cpu:CORES"
        )
    return int(found[1] or 1)


class OnRay:
    """The cluster, as a driver sees it."""

    keeps = False

    def __init__(self, cores: int, say: Callable[[str], None], address: str = "") -> None:
        """Waits until the cluster is joined. Raises RunError if it cannot be."""
        if find_spec("ray") is None:
            raise RunError("the engine ray needs Ray on every node: pip install 'grok-tui[ray]'")
        if not sys.platform.startswith("linux"):
            raise RunError("the engine ray needs Linux, as clusters of Ray do")
        self._say = say
        self._begin = partial(_Bridge, cores, address)
        self._runs: dict[str, RunDir] = {}
        self._problem = ""
        self._again = 0.0
        """When the next bridge is due."""
        self._joined: float = time.monotonic()
        """When there was last a cluster."""
        self._is_gone = False
        """Whether the log says so."""
        self._bridge: _Bridge | None = self._begin()
        while not self._bridge.joined:
            time.sleep(0.1)
            self._hear()
            if self._bridge is None:
                raise RunError(self._problem)

    def room(self) -> int:
        """Slots that have nothing to do; none while a cluster is waited for. Raises RunError."""
        self._insist()
        return self._bridge.room if self._bridge else 0

    def start(self, run: RunDir) -> None:
        """Have the run trained in the next slot that is free. Raises RunError."""
        if run.id in self._runs:
            return
        self._insist()
        self._runs[run.id] = run
        if self._bridge:
            self._bridge.start(run)

    def running(self) -> Set[str]:
        """The runs that wait for a slot or are in one."""
        self._hear()
        return self._runs.keys()

    def withdraw(self) -> None:
        """Start none of the runs that wait."""
        if self._bridge:
            self._bridge.send(Order("withdraw"))
        else:
            self._runs.clear()

    def close(self) -> None:
        """Have all trainers stop, and leave the cluster."""
        if self._bridge:
            self._bridge.close()
        self._bridge, self._again = None, float("inf")

    def _insist(self) -> None:
        """Raise RunError if the cluster has been away for too long, or is of no use."""
        self._hear()
        if time.monotonic() - self._joined > PATIENCE:
            raise RunError(f"the Ray cluster is lost: {self._problem}")

    def _hear(self) -> None:
        """Take in what the bridge says. When it has ended, or hangs, another one begins anew."""
        if self._bridge is None:
            if time.monotonic() >= self._again:
                self._bridge = self._begin(self._runs.values())
            return
        for told in self._bridge.news():
            self._take_in(told)
        if self._bridge.over:
            self._give_up(self._bridge)
        elif self._bridge.joined:
            self._joined = time.monotonic()
            if self._is_gone:
                self._is_gone = False
                self._say("the Ray cluster is there again")

    def _give_up(self, bridge: _Bridge) -> None:
        bridge.kill()
        self._bridge, self._again = None, time.monotonic() + PAUSE
        if not bridge.joined:
            self._problem = self._problem or "what speaks with Ray cannot begin"
        elif self._problem:
            self._joined, self._again = float("-inf"), float("inf")  # another would not help
        else:
            self._problem = "what speaks with Ray hung, or was ended with its head"
            self._is_gone = True
            self._say(f"the Ray cluster is gone, {len(self._runs)} packs wait: {self._problem}")

    def _take_in(self, told: Told) -> None:
        for sentence in told.said:
            self._say(sentence)
        for id_ in told.ended:
            self._runs.pop(id_, None)
        self._problem = told.problem


class _Bridge:
    """The process that speaks with Ray, from this side."""

    def __init__(self, cores: int, address: str, runs: Iterable[RunDir] = ()) -> None:
        self._process = subprocess.Popen(
            leashed((*BRIDGE, str(cores))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment() | ({"RAY_ADDRESS": address} if address else {}),
            cwd="/",
            start_new_session=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._orders, self._news = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._news, False)
        self._rest = b""
        self._last = Told()
        self.joined = False
        """Whether it ever was in the cluster."""
        self._heard_at = time.monotonic()
        self._sent = 0
        for run in runs:
            self.start(run)

    @property
    def room(self) -> int:
        """Slots that are free, less the runs that it has not heard of."""
        return max(0, self._last.room - (self._sent - self._last.heard))

    @property
    def over(self) -> bool:
        """Whether nothing more is to be expected of it."""
        limit = SILENT if self.joined else CONNECT
        silent = time.monotonic() - self._heard_at > limit
        return silent or bool(self._last.problem) or self._process.poll() is not None

    def start(self, run: RunDir) -> None:
        """Have it train a run."""
        self._sent += 1
        self.send(Order("start", str(run.path.absolute())))

    def send(self, order: Order) -> None:
        """Tell it; one that has ended hears nothing."""
        with contextlib.suppress(OSError):
            os.write(self._orders, msgspec.json.encode(order) + b"\n")

    def news(self) -> Iterator[Told]:
        """What it said since this was last asked."""
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self._news, 1 << 16):
                self._heard_at = time.monotonic()
                *lines, self._rest = (self._rest + data).split(b"\n")
                for line in lines:
                    self._last = msgspec.json.decode(line, type=Told)
                    self.joined = self.joined or not self._last.problem
                    yield self._last

    def close(self) -> None:
        """Have it end, and all trainers before it."""
        self.send(Order("close"))
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(LEAVE)
        self.kill()

    def kill(self) -> None:
        """End it; its slots end with it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()
