"""One measurement of a lane, and what the log says of it."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.protocol.events import AnyEvent, Measured, Milestone, Reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.engine.lanes import Lane


@dataclass(frozen=True, eq=False)
class Reading:
    """The numbers of a lane at a step that it has passed since, or stands at."""

    lane: Lane
    step: int
    after: int
    """Updates after the launch that it was part of."""
    numbers: dict[str, float]

    @property
    def is_finite(self) -> bool:
        """Whether every number is; a lane with another one has diverged."""
        return all(math.isfinite(number) for number in self.numbers.values())


def events(
    reading: Reading,
    seconds: float,
    thresholds: tuple[float, float],
    probes: dict[str, float | tuple[float, ...]],
) -> Iterator[AnyEvent]:
    """The measurement and the milestones that it shows, which the lane now knows of.

    `thresholds` are those of train and test accuracy.
    """
    lane, step, numbers = reading.lane, reading.step, dict(reading.numbers)
    yield Measured(
        arm=lane.arm,
        seed=lane.seed,
        step=step,
        seconds=seconds,
        train_loss=numbers.pop("train_loss"),
        test_loss=numbers.pop("test_loss"),
        train_accuracy=_single(train := numbers.pop("train_accuracy")),
        test_accuracy=_single(test := numbers.pop("test_accuracy")),
        l1_norm=numbers.pop("l1_norm"),
        l2_norm=numbers.pop("l2_norm"),
        probes=probes,
    )
    resolution = step - max(0, lane.read)
    lane.read = step
    if lane.t_mem is None and train > thresholds[0]:
        lane.t_mem = step
        yield _reached(lane, "memorised", resolution)
    if lane.t_gen is None and test > thresholds[1]:
        lane.t_gen = step
        yield _reached(lane, "generalised", resolution)


def _single(number: float) -> float:
    """The number as single precision has it: how accuracies are logged, whatever computes them."""
    rounded: float = struct.unpack("f", struct.pack("f", number))[0]
    return rounded


def _reached(lane: Lane, milestone: Milestone, resolution: int) -> Reached:
    return Reached(
        arm=lane.arm, seed=lane.seed, milestone=milestone, step=lane.read, resolution=resolution
    )
