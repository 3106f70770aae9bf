"""An experiment as a value: what a checkpoint holds, and the way back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import torch
from safetensors.torch import save
from torch import Tensor

from grok_tui.engine.experiment import Experiment
from grok_tui.engine.plan import Point
from grok_tui.engine.store import Snapshot
from grok_tui.errors import RunError
from grok_tui.protocol.events import LaneResult
from grok_tui.protocol.section import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from grok_tui.engine.lanes import Lane
    from grok_tui.engine.tasks.data import Placement
    from grok_tui.protocol.config import Config


class LaneState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a running lane has come; its rows are tensors `lane/<arm>/<seed>/…`."""

    arm: str
    seed: int
    step: int
    measured: int
    t_mem: int | None
    t_gen: int | None


class SnapshotState(msgspec.Struct, frozen=True, kw_only=True):
    """Weights that a waiting lane needs: the tensor `snapshot/<index>`."""

    arm: str
    at: Moment
    plus: int
    seed: int
    step: int


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but the tensors. Splits and dense initial weights are made again from seeds."""

    format: int = 1
    config_sha256: str
    seconds: float
    lanes: tuple[LaneState, ...]
    waiting: tuple[tuple[str, int], ...]
    results: tuple[LaneResult, ...]
    snapshots: tuple[SnapshotState, ...]
    masks: tuple[tuple[str, int], ...]
    """Lanes whose masks a waiting lane needs: the tensors `mask/<index>`."""
    splits: dict[str, str]
    """Hash of the split of each seed in training."""
    weights: str = ""
    """Hash of the initial weights, where they come from a file."""


def capture(
    experiment: Experiment, config_sha256: str, seconds: float
) -> tuple[State, dict[str, Tensor]]:
    """The experiment between two steps, with every measurement read."""
    tensors: dict[str, Tensor] = {}
    for lane in experiment.running.values():
        tensors |= _lane_tensors(lane)
    snapshots = []
    for index, ((point, seed), snapshot) in enumerate(experiment.store.snapshots.items()):
        tensors[f"snapshot/{index}"] = snapshot.weights
        snapshots.append(_snapshot_state(point, seed, snapshot.step))
    for index, kept in enumerate(experiment.store.masks.values()):
        tensors[f"mask/{index}"] = kept
    state = State(
        config_sha256=config_sha256,
        seconds=seconds,
        lanes=tuple(_lane_state(lane) for lane in experiment.running.values()),
        waiting=tuple(experiment.waiting),
        results=tuple(experiment.results.values()),
        snapshots=tuple(snapshots),
        masks=tuple(experiment.store.masks),
        splits={str(seed): experiment.data(seed).sha256 for _, seed in experiment.running},
        weights=_initial_weights(experiment),
    )
    return state, tensors


def restore(
    config: Config,
    placement: Placement,
    seconds: Callable[[], float],
    state: State,
    tensors: dict[str, Tensor],
) -> Experiment:
    """The experiment where `capture` left it.

    Raises RunError if its split or its initial weights come from a file that has changed.
    """
    experiment = Experiment(config, placement, seconds)
    if _initial_weights(experiment) != state.weights:
        raise RunError(f"{config.model.weights_from} is not the file this run began with")
    experiment.waiting = list(state.waiting)
    experiment.results = {(result.arm, result.seed): result for result in state.results}
    for index, kept in enumerate(state.snapshots):
        point = Point(kept.arm, kept.at, kept.plus)
        snapshot = Snapshot(kept.step, tensors[f"snapshot/{index}"])
        experiment.store.snapshots[point, kept.seed] = snapshot
    for index, key in enumerate(state.masks):
        experiment.store.masks[key] = tensors[f"mask/{index}"]
    for lane in state.lanes:
        if experiment.data(lane.seed).sha256 != state.splits[str(lane.seed)]:
            raise RunError(f"the split of seed {lane.seed} is not the one this run began with")
        experiment.running[lane.arm, lane.seed] = _lane(experiment, lane, tensors)
    experiment.take_on()
    return experiment


def _initial_weights(experiment: Experiment) -> str:
    if not experiment.config.model.weights_from:
        return ""
    row = experiment.starter.initial(experiment.config.seeds[0])
    return hashlib.sha256(save({"row": row})).hexdigest()


def _lane_tensors(lane: Lane) -> dict[str, Tensor]:
    rows = lane.rows
    parts = {
        "weights": rows.weights,
        "first": rows.first,
        "second": rows.second,
        "mask": rows.mask.to(torch.uint8),
        "start": lane.start,
    }
    return {
        f"lane/{lane.arm}/{lane.seed}/{name}": part.to("cpu", copy=True)
        for name, part in parts.items()
    }


def _lane_state(lane: Lane) -> LaneState:
    return LaneState(
        arm=lane.arm,
        seed=lane.seed,
        step=lane.step,
        measured=lane.measured,
        t_mem=lane.t_mem,
        t_gen=lane.t_gen,
    )


def _snapshot_state(point: Point, seed: int, step: int) -> SnapshotState:
    return SnapshotState(arm=point.arm, at=point.at, plus=point.plus, seed=seed, step=step)


def _lane(experiment: Experiment, state: LaneState, tensors: dict[str, Tensor]) -> Lane:
    part = {
        name: tensors[f"lane/{state.arm}/{state.seed}/{name}"]
        for name in ("weights", "first", "second", "mask", "start")
    }
    data = experiment.data(state.seed)
    lane = experiment.starter.lane(state.arm, state.seed, data, part["weights"], part["mask"])
    lane.start = part["start"]
    lane.rows.first.copy_(part["first"])
    lane.rows.second.copy_(part["second"])
    lane.rows.updates.fill_(state.step)
    lane.step, lane.measured, lane.read = state.step, state.measured, state.measured
    lane.t_mem, lane.t_gen = state.t_mem, state.t_gen
    return lane
