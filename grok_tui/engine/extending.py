"""What a running experiment is extended by: checked against what is still there of its lanes.

Weights are read where lanes stand or have ended, never where they have been: only that can be
repeated from the configuration, which names the step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grok_tui.engine import artifacts
from grok_tui.engine.plan import Plan, Point
from grok_tui.engine.schedule import Schedule
from grok_tui.engine.store import LaneKey, Snapshot
from grok_tui.errors import RunError
from grok_tui.protocol import extending
from grok_tui.protocol.arms import METHODS
from grok_tui.protocol.control import AddSeeds, TakeTicket
from grok_tui.protocol.events import Extended

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from grok_tui.engine.experiment import Experiment
    from grok_tui.protocol.config import Config, Train
    from grok_tui.protocol.events import AnyEvent, LaneResult
    from grok_tui.protocol.section import Moment


_WHOLE = ("steps", "generalised")
"""How a lane ends that was trained for as long as it was to be."""


@dataclass(frozen=True, eq=False)
class Recalled:
    """What lanes that ended have left in their artifacts, for new lanes to read."""

    snapshots: dict[tuple[Point, int], Snapshot] = field(default_factory=dict)
    masks: dict[LaneKey, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class _Past:
    """How far a lane came that has ended."""

    train: Train
    step: int
    t_mem: int | None
    t_gen: int | None


def wanted(experiment: Experiment, order: TakeTicket | AddSeeds) -> Config:
    """The configuration that an order asks for, all measurements being read.

    Raises PresetError for one that no preset could have, RunError for a source without weights.
    """
    if isinstance(order, AddSeeds):
        return extending.with_seeds(experiment.config, order.seeds)
    method = METHODS.get(order.method)
    reads = method is not None and method.reads == "weights" and order.source
    known = any(arm.name == order.source for arm in experiment.config.arms)
    at = _now(experiment, order.source) if reads and known else 0
    return extending.with_ticket(experiment.config, order, at)


def recall(experiment: Experiment, config: Config, folder: Path) -> Recalled:
    """What new lanes of a configuration need of lanes that have ended, from their artifacts.

    Raises RunError for weights that are gone, PresetError for an artifact that cannot be read.
    """
    plan, found = Plan(config), Recalled()
    schedule = Schedule(config, plan)
    for arm, seed in _new(experiment, config):
        needs = plan.needs[arm]
        for point in needs.points:
            result = _left_at(experiment, schedule, point, seed)
            if result:
                path = _artifact(experiment, folder, (point.arm, seed))
                weights = artifacts.final(path, experiment.layout, experiment.placement.dtype)
                mask = artifacts.mask(path, experiment.layout)
                found.snapshots[point, seed] = Snapshot(result.step, weights, mask)
        for name in needs.masks:
            result = experiment.results.get((name, seed))
            if result and result.reason != "unavailable":
                path = _artifact(experiment, folder, (name, seed))
                found.masks[name, seed] = artifacts.mask(path, experiment.layout)
    return found


def build_data(experiment: Experiment, config: Config) -> None:
    """Make the data of new lanes now, where they can still be refused.

    Raises PresetError for files that do not fit, or are no longer there.
    """
    for arm, seed in _new(experiment, config):
        experiment.data_of(config.task_of(config.arm(arm)), seed)


def take_in(
    experiment: Experiment, config: Config, recalled: Recalled, sha256: str, by: str = ""
) -> list[AnyEvent]:
    """Train what the configuration has and the experiment has not yet; what came of it."""
    before = experiment.config
    said = Extended(
        arms=tuple(arm.name for arm in config.arms if arm not in before.arms),
        seeds=tuple(seed for seed in config.seeds if seed not in before.seeds),
        by=by,
        config_sha256=sha256,
    )
    experiment.extend(config)
    experiment.store.snapshots |= recalled.snapshots
    experiment.store.masks |= recalled.masks
    return [said, *experiment.begin()]


def catch_up(experiment: Experiment, config: Config, folder: Path, sha256: str) -> list[AnyEvent]:
    """The same for a checkpoint from before config.toml grew. Raises RunError, PresetError."""
    if config == experiment.config:
        return []
    return take_in(experiment, config, recall(experiment, config, folder), sha256)


def _new(experiment: Experiment, config: Config) -> list[LaneKey]:
    known = set(experiment.order)
    every = [(arm.name, seed) for arm in config.arms for seed in config.seeds]
    return [key for key in every if key not in known]


def _artifact(experiment: Experiment, folder: Path, key: LaneKey) -> Path:
    """What a lane left, if it is still that. Raises RunError."""
    left = experiment.left.get(key)  # none: an older checkpoint does not tell
    wrong = artifacts.problem(folder, left) if left else ""
    if wrong:
        raise RunError(f"{artifacts.name(*key)} is {wrong}: there are no weights to read")
    return folder / artifacts.name(*key)


def _now(experiment: Experiment, source: str) -> Moment:
    """The moment at which an arm stands: one step for all of its seeds, or the last of each.

    Raises RunError for an arm that has no weights.
    """
    keys = [(source, seed) for seed in experiment.config.seeds]
    training = [experiment.running[key].step for key in keys if key in experiment.running]
    if training:
        return max(training)  # seeds that are behind will get there
    ended = [experiment.results[key] for key in keys if key in experiment.results]
    last = {result.step for result in ended if _has_weights(result)}
    if len(last) == 1:
        return last.pop()
    if any(result.reason in _WHOLE for result in ended):
        return "final"
    if last:
        why = "was halted at steps that differ and ended in no seed"
    elif any(key in experiment.waiting for key in keys):
        why = "has not begun to train"
    else:
        why = "was trained to an end in no seed"
    raise RunError(f"{source} {why}: there are no weights to read")


def _left_at(
    experiment: Experiment, schedule: Schedule, point: Point, seed: int
) -> LaneResult | None:
    """How the lane ended that a point is of, if its last weights are those of the point.

    Raises RunError where the point has gone by, or lies beyond the end: were the run trained again
    from its configuration, the lane would be read there, and trained for as long as that takes. A
    lane that was halted before the point goes without.
    """
    key = point.arm, seed
    if lane := experiment.running.get(key):
        due = schedule.point(point, lane)
        if due is not None and due < lane.step:
            raise _gone(point, due, f"seed {seed}, which is at step {lane.step}")
        return None
    result = experiment.results.get(key)
    if result is None or result.reason == "unavailable":
        return None
    train = experiment.config.train_of(experiment.config.arm(point.arm))
    due = schedule.point(point, _Past(train, result.step, result.t_mem, result.t_gen))
    if due is not None and (due < result.step or (result.reason in _WHOLE and due > result.step)):
        raise _gone(point, due, f"seed {seed}, which ended at step {result.step}")
    return result if _has_weights(result) and due == result.step else None


def _gone(point: Point, step: int, where: str) -> RunError:
    return RunError(f"there are no weights of {point.arm} at step {step} in {where}")


def _has_weights(result: LaneResult) -> bool:
    """Whether a lane that ended was trained and left something worth reading."""
    return result.reason in (*_WHOLE, "halted")
