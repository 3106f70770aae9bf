"""What a run shows: a row for each arm and a sentence for each hypothesis, no more than was run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from grok_tui.monitor.history import History
from grok_tui.protocol.config import Config

Status = Literal[
    "rejected", "supported", "contradicted", "inconclusive", "undecided", "not tested"
]


@dataclass(frozen=True)
class Spread:
    """A milestone over the seeds of an arm. A seed that did not reach it counts as infinity."""

    median: float | None = None
    """None: not reached by at least half of the seeds."""
    low: float | None = None
    high: float | None = None
    """Of the seeds that reached it."""
    reached: int = 0
    missed: int = 0
    """Seeds that ended without it."""
    pending: int = 0
    """Seeds that still train or have not begun."""
    budget: int = 0
    """Most steps that a seed without it was trained."""


@dataclass(frozen=True)
class ArmRow:
    """One arm over all its seeds."""

    arm: str
    role: str
    """dense, grokked ticket, non-grokked ticket, ticket, norm control, sparsity control, other."""
    seeds: int
    t_mem: Spread
    t_gen: Spread
    tau_grok: Spread
    speedup: float | None
    """Median over seeds of t_gen(dense) / t_gen(arm), where both were reached."""
    test_accuracy: float | None
    """Median of the last measured one."""
    kept: float | None
    """Share of the weights that the masks keep, 0 to 1."""
    l1_ratio: float | None
    """Norm at the start over that of the dense weights; median over seeds."""
    l2_ratio: float | None


@dataclass(frozen=True)
class Verdict:
    """Rows in the order of the configuration; sentences on the norm, the sparsity, the structure."""

    rows: tuple[ArmRow, ...]
    sentences: tuple[str, str, str]
    complete: bool
    """Every lane of the configuration has been trained to its end."""
    statuses: tuple[Status, Status, Status] = ("undecided", "undecided", "undecided")


def judge(config: Config, history: History) -> Verdict:
    """The verdict on what has been trained so far."""
    rows = tuple(ArmRow(arm.name, "other", len(config.seeds), Spread(), Spread(), Spread(),
                        None, None, None, None, None) for arm in config.arms)
    sentence = "undecided: runs not complete"
    return Verdict(rows, (sentence, sentence, sentence), False)


HEADER = ("arm", "seeds", "t_mem", "t_gen", "tau", "speed", "test", "kept")


def table(verdict: Verdict) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of plain strings; 80 columns with two between them hold names of 20."""
    return HEADER, [(row.arm, "0/1", "", "", "", "", "", "") for row in verdict.rows]
