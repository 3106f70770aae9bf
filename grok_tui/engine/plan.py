"""What each arm waits for: which moment of which other arm, worked out from the config alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.protocol.arms import METHODS

if TYPE_CHECKING:
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.section import Moment


@dataclass(frozen=True)
class Point:
    """A point of an arm's training whose weights another arm needs."""

    arm: str
    at: Moment
    plus: int
    """Steps after that moment."""


@dataclass(frozen=True)
class Needs:
    """What has to exist before an arm can start."""

    mask_weights: Point | None
    """Weights that its mask is scored from."""
    rewind_weights: Point | None
    """Weights that it starts from, when those are not the initial ones."""
    teacher: Point | None
    """Weights that teach it."""
    scorers: tuple[Point, ...]
    """Weights that score its training examples."""
    mask: str
    """Arm whose mask is read; empty: none."""
    norm: str
    """Arm whose masked initial norm is matched; empty: none."""

    @property
    def points(self) -> tuple[Point, ...]:
        """The weights of other arms, without doubles."""
        named = (self.mask_weights, self.rewind_weights, self.teacher, *self.scorers)
        return tuple(dict.fromkeys(point for point in named if point is not None))

    def name(self, point: Point) -> str:
        """What the arm needs a point for, in a word."""
        if point == self.mask_weights:
            return "mask"
        return "teacher" if point == self.teacher else "weights"

    @property
    def masks(self) -> tuple[str, ...]:
        """The arms whose masks must be known."""
        return tuple(dict.fromkeys(arm for arm in (self.mask, self.norm) if arm))


def needs(config: Config, arm: Arm) -> Needs:
    """What the arm waits for."""
    source, teacher = arm.mask_from, arm.teacher
    reads = METHODS[arm.method].reads if source.arm else "nothing"
    read = Point(source.arm, source.at, config.mask_offset(arm)) if reads == "weights" else None
    rewinds = arm.rewind_to != "init"
    return Needs(
        mask_weights=read,
        rewind_weights=Point(arm.rewind_arm or source.arm, arm.rewind_to, 0) if rewinds else None,
        teacher=Point(teacher.arm, teacher.at, teacher.plus) if teacher.arm else None,
        scorers=tuple(Point(name, arm.subset.at, 0) for name in arm.subset.arms),
        mask=source.arm if reads == "mask" else "",
        norm=arm.scale_to.arm,
    )


class Plan:
    """The needs of every arm of a run, seen from both sides."""

    def __init__(self, config: Config) -> None:
        self.needs = {arm.name: needs(config, arm) for arm in config.arms}
        self.points: dict[str, tuple[Point, ...]] = {
            arm.name: tuple(
                dict.fromkeys(
                    point
                    for other in self.needs.values()
                    for point in other.points
                    if point.arm == arm.name
                )
            )
            for arm in config.arms
        }
        """The points of each arm that some other arm needs."""
