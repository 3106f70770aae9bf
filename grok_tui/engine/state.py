"""An experiment as a value: what a checkpoint holds, and the way back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save
from torch import Tensor

from grok_tui.engine.experiment import Experiment
from grok_tui.engine.making import Parts
from grok_tui.engine.plan import Point
from grok_tui.engine.store import Snapshot
from grok_tui.errors import RunError
from grok_tui.protocol.saved import LaneState, SnapshotState, State, plain_sha256

if TYPE_CHECKING:
    from collections.abc import Callable

    from grok_tui.engine.lanes import Lane, Rows
    from grok_tui.engine.tasks.data import Placement
    from grok_tui.protocol.config import Config


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
        tensors[f"snapshot/{index}/mask"] = snapshot.mask
        snapshots.append(_snapshot_state(point, seed, snapshot.step))
    for index, kept in enumerate(experiment.store.masks.values()):
        tensors[f"mask/{index}"] = kept
    state = State(
        config_sha256=config_sha256,
        plain_sha256=plain_sha256(experiment.config),
        seconds=seconds,
        lanes=tuple(_lane_state(lane) for lane in experiment.running.values()),
        waiting=tuple(experiment.waiting),
        results=tuple(experiment.results.values()),
        snapshots=tuple(snapshots),
        masks=tuple(experiment.store.masks),
        splits={
            f"{arm}/{seed}": lane.data.sha256 for (arm, seed), lane in experiment.running.items()
        },
        weights=_initial_weights(experiment),
        artifacts=tuple(experiment.left.values()),
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
    experiment.left = {(left.arm, left.seed): left for left in state.artifacts}
    for index, kept in enumerate(state.snapshots):
        point = Point(kept.arm, kept.at, kept.plus)
        weights, mask = tensors[f"snapshot/{index}"], tensors.get(f"snapshot/{index}/mask")
        if mask is None:  # format 1 kept none: a weight of zero was pruned
            mask = (weights != 0).to(torch.uint8)
        snapshot = Snapshot(kept.step, weights, mask)
        experiment.store.snapshots[point, kept.seed] = snapshot
    for index, key in enumerate(state.masks):
        experiment.store.masks[key] = tensors[f"mask/{index}"]
    for lane in state.lanes:
        restored = _lane(experiment, lane, tensors)
        if restored.data.sha256 != _split(state, lane):
            raise RunError(f"the split of seed {lane.seed} is not the one this run began with")
        experiment.running[restored.key] = restored
    experiment.take_on()
    return experiment


def _split(state: State, lane: LaneState) -> str:
    """Hash of the split that a lane was trained on; format 1 had one for all arms of a seed."""
    key = str(lane.seed) if state.format == 1 else f"{lane.arm}/{lane.seed}"
    return state.splits[key]


def _initial_weights(experiment: Experiment) -> str:
    if not experiment.config.model.weights_from:
        return ""
    row = experiment.starter.initial(experiment.config.seeds[0])
    return hashlib.sha256(save({"row": row})).hexdigest()


def _lane_tensors(lane: Lane) -> dict[str, Tensor]:
    parts = _moments(lane.rows, "") | {"mask": lane.rows.mask.to(torch.uint8), "start": lane.start}
    if lane.popup:
        parts |= _moments(lane.popup.rows, "scores/")
    if lane.examples is not None:
        parts["examples"] = lane.examples
    if lane.teacher is not None:
        parts["teacher"] = lane.teacher
    if lane.masks:
        parts["masks"] = torch.stack([mask for _, mask in lane.masks])
    return {
        f"lane/{lane.arm}/{lane.seed}/{name}": part.to("cpu", copy=True)
        for name, part in parts.items()
    }


def _moments(rows: Rows, prefix: str) -> dict[str, Tensor]:
    """What training has made of rows, named for a checkpoint."""
    parts = {"weights": rows.weights, "first": rows.first, "second": rows.second}
    return {f"{prefix}{name}": part for name, part in parts.items()}


def _lane_state(lane: Lane) -> LaneState:
    return LaneState(
        arm=lane.arm,
        seed=lane.seed,
        step=lane.step,
        measured=lane.measured,
        t_mem=lane.t_mem,
        t_gen=lane.t_gen,
        masks=tuple(step for step, _ in lane.masks),
    )


def _snapshot_state(point: Point, seed: int, step: int) -> SnapshotState:
    return SnapshotState(arm=point.arm, at=point.at, plus=point.plus, seed=seed, step=step)


def _lane(experiment: Experiment, state: LaneState, tensors: dict[str, Tensor]) -> Lane:
    prefix = f"lane/{state.arm}/{state.seed}/"
    part = {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
    parts = Parts(
        weights=part["weights"],
        mask=part["mask"],
        scores=part.get("scores/weights"),
        examples=part.get("examples"),
        teacher=part.get("teacher"),
    )
    data = experiment.data((state.arm, state.seed))
    lane = experiment.maker.lane(state.arm, state.seed, data, parts)
    lane.start = part["start"]
    lane.masks = list(zip(state.masks, part.get("masks", ()), strict=True))
    frozen = lane.popup is not None and lane.popup.frozen
    _take_up(lane.rows, part, "", 0 if frozen else state.step)
    if lane.popup:
        _take_up(lane.popup.rows, part, "scores/", state.step)
    lane.step, lane.measured, lane.read = state.step, state.measured, state.measured
    lane.t_mem, lane.t_gen = state.t_mem, state.t_gen
    return lane


def _take_up(rows: Rows, part: dict[str, Tensor], prefix: str, updates: int) -> None:
    """Go on with the moments of a checkpoint, after so many updates."""
    rows.first.copy_(part[f"{prefix}first"])
    rows.second.copy_(part[f"{prefix}second"])
    rows.updates.fill_(updates)
