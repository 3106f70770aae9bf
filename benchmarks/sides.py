"""The two sides that alternate: the engine through its public seam, and the plain writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec
import torch

from benchmarks import naive
from benchmarks.clock import now
from grok_tui.engine import devices, rehearsal
from grok_tui.engine.clock import Pace
from grok_tui.engine.experiment import Experiment
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.benchmark import Agreement, ArmName, LogName
from grok_tui.protocol.events import AnyEvent, Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.engine.cores import Hardware
    from grok_tui.engine.lanes import Lane
    from grok_tui.engine.tasks.data import Placement
    from grok_tui.protocol.config import Config

ARMS: dict[ArmName, Arm] = {
    "dense": Arm(name="dense"),
    "masked": Arm(name="masked", method="random", pruning_rate=0.6),
}
PLACE, BEYOND = 3923, 4287
"""Between these steps the grid has a point in 41 steps, as over 30,000 steps on average; both lie
halfway between two points, so that not even short turns are measured too often."""
WARM_UP = 40
"""Steps of the plain side before the rounds."""


@dataclass(frozen=True)
class Slot:
    """What one side did in its part of a round."""

    lane_steps: int
    measured: int
    """Of those, the steps that were measured."""
    seconds: float

    @property
    def rate(self) -> float:
        """Lane-steps a second."""
        return self.lane_steps / self.seconds


class Side(Protocol):
    """Something that trains for a while when it is its turn."""

    def run(self, seconds: float) -> Slot:
        """Train for about so long."""
        ...


def workload(config: Config, arm: ArmName, lanes: int, log: LogName) -> Config:
    """A configuration with one arm, seeds from 0, and far more steps than will be done."""
    train = msgspec.structs.replace(
        config.train, steps=max(30_000, config.train.steps), log=log, stop_after_generalised=0
    )
    return msgspec.structs.replace(
        config, arms=(ARMS[arm],), seeds=tuple(range(lanes)), train=train
    )


class Ours:
    """The engine with all lanes of a workload."""

    def __init__(self, config: Config, placement: Placement, hardware: Hardware) -> None:
        """Threads are chosen as a trainer chooses them."""
        self.experiment = Experiment(config, placement)
        self._device = placement.device
        self._pace = Pace()
        self.experiment.begin()
        self._put()
        self.choice, _ = rehearsal.choose(self.experiment, hardware, 0)
        self.experiment.stack.workers = self.choice.workers

    def run(self, seconds: float) -> Slot:
        """Train for about so long, at the place where the grid is as dense as on average."""
        devices.prepare(self.choice.threads)
        lanes = list(self.experiment.running.values())
        steps = measured = 0
        began = now(self._device)
        while (taken := now(self._device) - began) < seconds or not steps:
            if lanes[0].step >= BEYOND:
                self._put()
            before = sum(lane.step for lane in lanes)
            events = self.experiment.advance(self._pace.steps())
            done = sum(lane.step for lane in lanes) - before
            self._pace.took(max(1, done // len(lanes)), now(self._device) - began - taken)
            steps += done
            measured += _measured(events)
        measured += _measured(self.experiment.read())
        return Slot(steps, measured, now(self._device) - began)

    def _put(self) -> None:
        """Put every lane to the place, as if it had come so far."""
        self.experiment.read()
        for lane in self.experiment.running.values():
            lane.step = lane.measured = PLACE
            lane.rows.updates.fill_(PLACE)


def _measured(events: Sequence[AnyEvent]) -> int:
    return sum(isinstance(event, Measured) for event in events)


class Plain:
    """The plain writing of one lane, seed 0, from the engine's own weights, split and mask."""

    def __init__(self, config: Config, placement: Placement, threads: int) -> None:
        """`threads` is torch's default here."""
        self._device = placement.device
        begun = Experiment(config, placement)
        begun.begin()
        lane = next(iter(begun.running.values()))
        self.training = training(begun, lane)
        choices = {1, threads} if self._device.type == "cpu" else {threads}
        self.slots: dict[int, list[Slot]] = {choice: [] for choice in sorted(choices)}
        """What was done with how many threads, a slot for each round."""

    def warm_up(self) -> None:
        """The first steps, which do not count."""
        for threads in self.slots:
            self._steps(WARM_UP // len(self.slots), threads)

    def run(self, seconds: float) -> Slot:
        """Train for about so long; what counts is the number of threads that was quickest.

        Which one that is changes with what else the machine does: threads that wait for one
        another are slow where they must share a core.
        """
        for threads, slots in self.slots.items():
            slots.append(self._spell(seconds / len(self.slots), threads))
        return max((slots[-1] for slots in self.slots.values()), key=lambda slot: slot.rate)

    def _spell(self, seconds: float, threads: int) -> Slot:
        steps, taken = 0, 0.0
        while taken < seconds:
            slot = self._steps(1, threads)
            steps, taken = steps + 1, taken + slot.seconds
        return Slot(steps, steps, taken)

    def _steps(self, steps: int, threads: int) -> Slot:
        torch.set_num_threads(threads)
        began = now(self._device)
        for _ in range(steps):
            self.training.step()
        return Slot(steps, steps, now(self._device) - began)


def training(begun: Experiment, lane: Lane) -> naive.Training:
    """The plain writing of a lane that has done no step yet."""
    weights = begun.layout.views(lane.rows.weights)
    masks = begun.layout.views(lane.rows.mask) if lane.arm == "masked" else {}
    network = naive.network(
        begun.config.model, weights, {name: mask.clone() for name, mask in masks.items()}
    )
    device = lane.rows.weights.device
    split = lane.data.split
    pairs = split["train_pairs"].to(device), split["test_pairs"].to(device)
    return naive.Training(begun.config, network, *pairs)


def agreement(
    config: Config, placement: Placement, arm: ArmName, log: list[dict[str, float]]
) -> Agreement:
    """Train the engine's seed 0 as far as the plain side's log goes, and compare the losses."""
    experiment = Experiment(workload(config, arm, 1, "every-step"), placement)
    events = experiment.begin()
    step = len(log) - 1
    lane = next(iter(experiment.running.values()))
    while lane.step < step:
        events += experiment.advance(step - lane.step)
    events += experiment.read()
    found = next(e for e in events if isinstance(e, Measured) and e.step == step)
    return Agreement(
        arm=arm,
        step=step,
        ours_train_loss=found.train_loss,
        naive_train_loss=log[step]["train_loss"],
        ours_test_loss=found.test_loss,
        naive_test_loss=log[step]["test_loss"],
    )
