"""What an arm waits for before it can start, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.section import Moment

_VERBS = {
    "generalised": "to generalise",
    "memorised": "to memorise",
    "final": "to finish",
    "init": "to start",
}


@dataclass(frozen=True)
class Need:
    """A moment of another arm whose weights or mask are read."""

    arm: str
    at: Moment
    plus: int = 0
    """Steps after that."""

    def step(self, lane: LaneHistory | None) -> int | None:
        """The step that this is of a lane; None while nobody can know."""
        found: int | None = None
        if isinstance(self.at, int) or self.at == "init":
            found = 0 if self.at == "init" else self.at
        elif lane is not None and self.at in ("memorised", "generalised"):
            found = lane.t_mem if self.at == "memorised" else lane.t_gen
        return None if found is None else found + self.plus

    def is_met(self, lane: LaneHistory | None) -> bool:
        """Whether a lane has been there; one that ended keeps nobody waiting."""
        if lane is None or lane.end is not None:
            return lane is not None
        step = self.step(lane)
        return lane.start is not None and step is not None and lane.step >= step

    def words(self, lane: LaneHistory | None) -> str:
        """What is waited for."""
        step = self.step(lane)
        if step and lane is not None and not isinstance(self.at, int) and self.plus:
            return f"waiting for {self.arm} at step {step}"
        verb = f"to reach step {step}" if isinstance(self.at, int) else _VERBS[self.at]
        return f"waiting for {self.arm} {verb}"


def awaited(config: Config, history: History, arm: Arm) -> str:
    """The first thing that an arm waits for, in its first seed."""
    needs = [(need, history.lanes.get((need.arm, config.seeds[0]))) for need in _needs(config, arm)]
    for need, lane in needs:
        if not need.is_met(lane):
            return need.words(lane)
    return "waiting to start"


def _needs(config: Config, arm: Arm) -> Iterator[Need]:
    if arm.mask_from.arm:
        yield Need(arm.mask_from.arm, arm.mask_from.at, config.mask_offset(arm))
    if arm.rewind_to not in ("init", 0) and (arm.rewind_arm or arm.mask_from.arm):
        yield Need(arm.rewind_arm or arm.mask_from.arm, arm.rewind_to)
    if arm.scale_to.arm:
        yield Need(arm.scale_to.arm, "init")
    if arm.teacher.arm:
        yield Need(arm.teacher.arm, arm.teacher.at, arm.teacher.plus)
    for name in arm.subset.arms:
        yield Need(name, arm.subset.at)
