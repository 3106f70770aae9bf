"""The slots of a Ray cluster and the runs that wait for one. Only its bridge uses this."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import ActorUnavailableError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import grok_tui
from grok_tui.errors import RunError
from grok_tui.placing.ray_slot import Slot
from grok_tui.protocol.rundir import lock_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grok_tui.protocol.rundir import RunDir

    Node = Mapping[str, Any]
    """As Ray tells of one."""

NODES_EVERY = 2.0
"""Seconds between two looks at which nodes there are."""
AGAIN = 5.0
"""Seconds after which a slot is made anew on a node where one was lost."""
SLOW = 30.0
"""Seconds after which a slot should have begun."""
WHY_SLOW = (
    "others have all that it could be on, it has neither GPUs nor cores, or it was started without "
    "RAY_AUTH_MODE=token"
)
MOST_LOSSES = 20
"""Slots that a run may lose, before it is taken for what loses them."""


@dataclass(eq=False)
class _Held:
    """A slot that we have asked for."""

    node: str
    actor: Any
    call: Any
    """What we wait for an answer to; None for an idle one."""
    ready: bool = False
    run: RunDir | None = None
    number: int = 0

    @property
    def idle(self) -> bool:
        """Whether it can take a run."""
        return self.ready and self.run is None


class Cluster:
    """All slots of all nodes; nothing in it waits."""

    def __init__(self, cores: int) -> None:
        """A slot for so many cores; with 0 for each GPU, or for a core where no node has any."""
        self._cores = cores
        self._slow = time.monotonic() + SLOW
        self._slots: list[_Held] = []
        self._barred: set[str] = set()
        """Nodes that cannot train."""
        self._used = False
        """Whether one could."""
        self._not_before: dict[str, float] = {}
        self._looked = float("-inf")
        self._waiting: deque[RunDir] = deque()
        self._losses: Counter[str] = Counter()
        self._orders = 0
        self._ends = False
        self._ended: list[str] = []
        self._said: list[str] = []

    @property
    def room(self) -> int:
        """How many more runs it takes now."""
        return sum(slot.idle for slot in self._slots) - len(self._waiting)

    @property
    def busy(self) -> bool:
        """Whether a slot has a run."""
        return any(slot.run for slot in self._slots)

    def add(self, run: RunDir) -> None:
        """Train this run when there is room."""
        self._waiting.append(run)

    def withdraw(self) -> None:
        """Forget the runs that wait."""
        self._ended += [run.id for run in self._waiting]
        self._waiting.clear()

    def stop(self) -> None:
        """Tell all trainers to stop, and begin no more."""
        self.withdraw()
        self._ends = True
        for slot in self._slots:
            if slot.run:
                slot.actor.stop.remote()

    def news(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Runs that are over, and what there is to say, since this was last asked."""
        told = tuple(self._ended), tuple(self._said)
        self._ended, self._said = [], []
        return told

    def look(self) -> None:
        """Find nodes and hear slots. Raises RunError if none of the nodes can train."""
        now = time.monotonic()
        if now - self._looked >= NODES_EVERY:
            self._looked = now
            self._know([node for node in ray.nodes() if node["Alive"]])
        self._hear()
        if now > self._slow:
            self._slow = float("inf")
            self._said.append(f"no slot has begun on Ray in {SLOW:.0f} s: {WHY_SLOW}")
        self._place()
        for slot in self._slots:
            if slot.run and slot.call is None:
                slot.call = slot.actor.tend.remote(slot.number, str(slot.run.path))

    def _know(self, nodes: list[Node]) -> None:
        """Have the slots that these nodes can have, and no others."""
        alive = {node["NodeID"]: node for node in nodes}
        for slot in [slot for slot in self._slots if slot.node not in alive]:
            self._lose(slot, "its node is gone")
        if alive and not self._used and self._barred >= alive.keys():
            raise RunError("no node of the Ray cluster can train; driver.log says why of each")
        on_gpus = not self._cores and any(_gpus(node) for node in nodes)
        for id_, node in alive.items():
            if id_ in self._barred or time.monotonic() < self._not_before.get(id_, 0.0):
                continue
            there = sum(slot.node == id_ for slot in self._slots)
            for _ in range(there, self._most(node, on_gpus)):
                self._slots.append(self._made(id_, on_gpus))

    def _most(self, node: Node, on_gpus: bool) -> int:
        cores = int(node["Resources"].get("CPU", 0))
        return _gpus(node) if on_gpus else cores // max(1, self._cores)

    def _made(self, node: str, on_gpus: bool) -> _Held:
        cores = max(1, self._cores)
        options = () if on_gpus else ("--device", "cpu", "--threads", str(cores))
        actor = (
            ray.remote(Slot)
            .options(
                num_gpus=1 if on_gpus else 0,
                num_cpus=0 if on_gpus else cores,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
            )
            .remote(options)
        )
        return _Held(node, actor, actor.about.remote())

    def _hear(self) -> None:
        """Take the answers that are there."""
        asked = {slot.call: slot for slot in self._slots if slot.call is not None}
        if not asked:
            return
        done, _ = ray.wait(list(asked), num_returns=len(asked), timeout=0)
        for call in done:
            slot = asked[call]
            slot.call = None
            try:
                answer = ray.get(call)
            except ActorUnavailableError:
                if not slot.ready:
                    slot.call = slot.actor.about.remote()
            except RayError as error:
                self._lose(slot, str(error).strip().partition("\n")[0])
            else:
                self._take(slot, answer)

    def _take(self, slot: _Held, answer: tuple[str, ...]) -> None:
        if not slot.ready:
            slot.ready = True
            self._meet(slot.node, *answer)
            return
        run, (standing, code) = slot.run, answer
        self._used |= standing == "training"
        if run is None or standing in ("listening", "training"):
            return
        slot.run = None
        if standing == "ended":
            self._ended.append(run.id)
            if code:
                self._said.append(f"the trainer of {run.id} ended with {code}")
            return
        self._waiting.append(run)
        if standing == "unseen":
            self._bar(slot.node, f"it does not see {run.path}; all nodes have to share that folder")

    def _meet(self, node: str, version: str, host: str) -> None:
        self._slow = float("inf")
        if version != grok_tui.__version__:
            self._bar(node, f"{host} has grok-tui {version}, not {grok_tui.__version__}")

    def _bar(self, node: str, why: str) -> None:
        """Use a node no more."""
        if node not in self._barred:
            self._said.append(f"a node of Ray cannot be used: {why}")
        self._barred.add(node)
        for slot in [slot for slot in self._slots if slot.node == node]:
            self._drop(slot)

    def _lose(self, slot: _Held, why: str) -> None:
        """A slot is gone; its run goes on in another, unless it has taken too many along."""
        self._not_before[slot.node] = time.monotonic() + AGAIN
        run = self._drop(slot)
        self._said.append(f"lost a slot{f' with {run.id}' if run else ''}: {why}")
        if run is not None:
            self._losses[run.id] += 1
            if self._losses[run.id] >= MOST_LOSSES:
                self._waiting.remove(run)
                self._ended.append(run.id)

    def _drop(self, slot: _Held) -> RunDir | None:
        self._slots.remove(slot)
        ray.kill(slot.actor)
        if slot.run:
            self._waiting.appendleft(slot.run)
        return slot.run

    def _place(self) -> None:
        """Give idle slots the runs that nobody trains, on the nodes that do least first."""
        for slot in self._idle():
            run = next((run for run in self._waiting if lock_state(run) != "held"), None)
            if run is None:
                return
            self._waiting.remove(run)
            self._orders += 1
            slot.run, slot.number = run, self._orders

    def _idle(self) -> Iterator[_Held]:
        while idle := [slot for slot in self._slots if slot.idle and not self._ends]:
            busy = Counter(slot.node for slot in self._slots if slot.run)
            yield min(idle, key=lambda slot: busy[slot.node])


def _gpus(node: Node) -> int:
    return int(node["Resources"].get("GPU", 0))
