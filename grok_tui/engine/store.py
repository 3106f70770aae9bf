"""What ended or moved on and is still needed: weights at points of training, and masks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grok_tui.engine.plan import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from torch import Tensor

    from grok_tui.engine.plan import Plan
    from grok_tui.protocol.events import LaneResult
    from grok_tui.protocol.section import Moment

LaneKey = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A lane after so many updates; rows (length,) on the CPU."""

    step: int
    weights: Tensor
    """Of its network: pruned ones are zero."""
    mask: Tensor
    """uint8."""


@dataclass(eq=False)
class Store:
    """Snapshots and masks by seed, kept for as long as a lane that has not started needs them."""

    snapshots: dict[tuple[Point, int], Snapshot] = field(default_factory=dict)
    masks: dict[LaneKey, Tensor] = field(default_factory=dict)
    """Rows of uint8 on the CPU."""

    def has(self, plan: Plan, arm: str, seed: int) -> bool:
        """Whether everything is there that the arm needs to start."""
        needs = plan.needs[arm]
        weights = all((point, seed) in self.snapshots for point in needs.points)
        return weights and all((name, seed) in self.masks for name in needs.masks)

    def never(self, plan: Plan, key: LaneKey, results: Mapping[LaneKey, LaneResult]) -> str:
        """Why a lane can never start, given how others ended; empty while it may."""
        arm, seed = key
        needs = plan.needs[arm]
        for point in needs.points:
            ended = results.get((point.arm, seed))
            if ended and (point, seed) not in self.snapshots:
                why = why_unavailable(point, ended.reason, ended.step)
                return f"{why}, so its {needs.name(point)} never came"
        for name in needs.masks:
            ended = results.get((name, seed))
            if ended and (name, seed) not in self.masks:
                what = why_unavailable(Point(name, "init", 0), ended.reason, ended.step)
                return f"{what}, so its mask never came"
        return ""

    def forget(self, plan: Plan, waiting: Iterable[LaneKey]) -> None:
        """Drop what no waiting lane needs."""
        points: set[tuple[Point, int]] = set()
        masks: set[LaneKey] = set()
        for arm, seed in waiting:
            points.update((point, seed) for point in plan.needs[arm].points)
            masks.update((name, seed) for name in plan.needs[arm].masks)
        self.snapshots = {key: kept for key, kept in self.snapshots.items() if key in points}
        self.masks = {key: kept for key, kept in self.masks.items() if key in masks}


def why_unavailable(point: Point, ended: str, step: int) -> str:
    """The sentence for a lane whose point never came; `ended` says how the other arm ended."""
    if ended == "diverged":
        return f"{point.arm} diverged by step {step}"
    if ended == "unavailable":
        return f"{point.arm} never started"
    if ended == "halted":
        return f"{point.arm} was halted at step {step}"
    return f"{point.arm} did not {_verb(point.at)} in {step} steps"


def _verb(at: Moment) -> str:
    return {"memorised": "memorise", "generalised": "generalise"}.get(str(at), "get that far")
