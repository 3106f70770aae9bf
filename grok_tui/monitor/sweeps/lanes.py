"""What came of the lanes of an arm: how many ended how, and their milestones over the seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from grok_tui.monitor.arms import Spread, spread_of
from grok_tui.monitor.glance import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Milestone = Literal["t_mem", "t_gen", "tau_grok"]
NOT_ENDED = ("", "stopped")
"""Reasons of lanes that may still go on."""
UNAVAILABLE = "unavailable"
"""The reason of a lane whose mask or weights never came."""
NOTHING = Outcome()


class Trained(NamedTuple):
    """Where lanes of an arm are trained: what the arm is called in a pack, and its seeds there."""

    run: str
    arm: str
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class ArmResult:
    """An arm of a cell over its seeds. Lanes whose mask or weights never came are in no spread."""

    seeds: int
    memorised: int
    generalised: int
    ended: int
    unavailable: int
    """Of those that ended: lanes whose mask or weights never came."""
    t_mem: Spread
    t_gen: Spread
    tau_grok: Spread
    share: float | None
    """The part of the lanes trained to an end which generalised; None: there is none yet."""
    lanes: Mapping[int, Outcome]
    """By seed; how far a lane has come is told of those that ended."""
    trained: tuple[Trained, ...]
    """Arms of other cells may be the same lanes."""

    @property
    def ended_generalised(self) -> int:
        """How many lanes ended that had generalised."""
        return sum(one.t_gen is not None and has_ended(one) for one in self.lanes.values())


def arm_result(lanes: Mapping[int, Outcome], trained: tuple[Trained, ...]) -> ArmResult:
    """These lanes put together."""
    every = lanes.values()
    return ArmResult(
        seeds=len(lanes),
        memorised=sum(one.t_mem is not None for one in every),
        generalised=sum(one.t_gen is not None for one in every),
        ended=sum(has_ended(one) for one in every),
        unavailable=sum(one.reason == UNAVAILABLE for one in every),
        t_mem=spread(every, "t_mem"),
        t_gen=spread(every, "t_gen"),
        tau_grok=spread(every, "tau_grok"),
        share=share(every),
        lanes=lanes,
        trained=trained,
    )


def has_ended(lane: Outcome) -> bool:
    """Whether a lane trains no more."""
    return lane.reason not in NOT_ENDED


def spread(lanes: Collection[Outcome], name: Milestone) -> Spread:
    """A milestone over lanes."""
    return spread_of(
        (getattr(one, name), one.step if has_ended(one) else None)
        for one in lanes
        if one.reason != UNAVAILABLE
    )


def share(lanes: Collection[Outcome]) -> float | None:
    """The part of the lanes trained to an end which generalised; None: there is none."""
    trained = [one for one in lanes if has_ended(one) and one.reason != UNAVAILABLE]
    if not trained:
        return None
    return sum(one.t_gen is not None for one in trained) / len(trained)
