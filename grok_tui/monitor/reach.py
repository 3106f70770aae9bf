"""When the arms of a comparison generalise: medians over the seeds in which all of them ran."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from statistics import median
from typing import TYPE_CHECKING

from grok_tui.monitor.roles import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.history import History
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

HEALTH = 0.01
"""A mask that fits the initial weights keeps more than this above its share of their L1 norm."""

SECOND_EMBEDDING = "W_F"


@dataclass(frozen=True)
class Reach:
    """When an arm generalises: the median over seeds, known exactly or from below only."""

    arm: str
    least: float
    """No less than this: seeds that ended without it count with the steps that they trained."""
    most: float
    """Infinite unless enough seeds generalised."""
    words: str

    @property
    def reached(self) -> bool:
        """Whether the median is a number."""
        return self.most < inf

    @property
    def sentence(self) -> str:
        """The arm and its words as the beginning of a sentence."""
        verb = "generalises" if self.reached else "does"
        words = self.words if self.reached else self.words.replace("not in", "not generalise in", 1)
        return f"{self.arm} {verb} {words}"


@dataclass(frozen=True)
class Case:
    """A ticket, what it is held against, and the run they come from."""

    config: Config
    history: History
    ticket: Arm

    def seeds(self, arms: Sequence[Arm]) -> list[int]:
        """Seeds in which none of these arms failed to run."""
        lanes = self.history.lanes
        return [
            seed
            for seed in self.config.seeds
            if not any(is_missing(lanes.get((arm.name, seed))) for arm in arms)
        ]

    def pending(self, arms: Sequence[Arm]) -> bool:
        """Whether a lane of these arms has still to train."""
        lanes = [
            self.history.lanes.get((arm.name, seed)) for arm in arms for seed in self.config.seeds
        ]
        return any(lane is None or lane.end is None for lane in lanes)

    def reach(self, arm: Arm, seeds: Sequence[int]) -> Reach:
        """When the arm generalises in these seeds, all of which have ended."""
        lanes = [self.history.lanes[arm.name, seed] for seed in seeds]
        steps = [lane.end.step if lane.end else lane.step for lane in lanes]
        least = [
            float(step if lane.t_gen is None else lane.t_gen)
            for lane, step in zip(lanes, steps, strict=True)
        ]
        most = [inf if lane.t_gen is None else float(lane.t_gen) for lane in lanes]
        found = [value for value in most if value < inf]
        budget = max(
            (step for lane, step in zip(lanes, steps, strict=True) if lane.t_gen is None), default=0
        )
        return Reach(
            arm.name, median(least), median(most), words_of(median(most), found, len(most), budget)
        )

    def warning(self, seeds: Sequence[int]) -> str:
        """A sentence if the ticket's mask has forgotten the weights it is laid on; else nothing.

        Good tickets of a network with two embeddings keep less: there is no such limit for them.
        """
        if SECOND_EMBEDDING in self.config.shapes():
            return ""
        bad = []
        for seed in seeds:
            start = self.history.lanes[self.ticket.name, seed].start
            if start is not None and start.l1_ratio <= start.kept_share + HEALTH:
                bad.append(seed)
        if not bad:
            return ""
        which = ", ".join(map(str, bad[:5])) + (", …" if len(bad) > 5 else "")
        return (
            f" Warning: in seed{'s' if len(bad) > 1 else ''} {which} the mask of {self.ticket.name}"
            " keeps no more of the initial norm than a random one: taken too late, it has forgotten"
            " the initial weights, and a slow ticket is no evidence."
        )


def words_of(middle: float, found: Sequence[float], seeds: int, budget: int) -> str:
    """A median with its range: at step 53 (50-178); not in 5000 steps (2 of 5 seeds did)."""
    if middle == inf:
        some = f" ({len(found)} of {seeds} seeds did)" if found else ""
        return f"not in {budget} steps{some}"
    if seeds == 1:
        return f"at step {middle:.0f}"
    top = f"{max(found):.0f}" if len(found) == seeds else f"not in {budget}"
    return f"at step {middle:.0f} ({min(found):.0f}-{top})"
