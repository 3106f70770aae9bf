"""What a run shows: a row for each arm and a sentence for each hypothesis, no more than was run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.arms import ArmRow, Spread, arm_rows
from grok_tui.monitor.claims import Status, claims
from grok_tui.monitor.roles import Role
from grok_tui.monitor.text import narrowed
from grok_tui.monitor.wording import milestone, percent, ratio

if TYPE_CHECKING:
    from grok_tui.monitor.history import History
    from grok_tui.protocol.config import Config

__all__ = ["ArmRow", "Role", "Spread", "Status", "Verdict", "judge", "table"]

HEADER = ("arm", "seeds", "t_mem", "t_gen", "tau", "speed", "test", "kept", "L1", "L2")
NORMS = 2
"""The last columns: norms at the start, as shares of those of the dense weights."""
_SHORT = ("stopped", "halted")
"""Ends of lanes that were not trained to their end."""
GAP = 2
"""Columns of the screen between two of the table."""


@dataclass(frozen=True)
class Verdict:
    """Rows in the order of the configuration; sentences on norm, sparsity and structure."""

    rows: tuple[ArmRow, ...]
    sentences: tuple[str, str, str]
    complete: bool
    """Every lane of the configuration was trained to its end."""
    statuses: tuple[Status, Status, Status] = ("undecided", "undecided", "undecided")


def judge(config: Config, history: History) -> Verdict:
    """The verdict on what has been trained so far."""
    norm, sparsity, structure = claims(config, history)
    lanes = [history.lanes.get((arm.name, seed)) for arm in config.arms for seed in config.seeds]
    return Verdict(
        rows=arm_rows(config, history),
        sentences=(norm.sentence, sparsity.sentence, structure.sentence),
        complete=all(
            lane is not None and lane.end is not None and lane.end.reason not in _SHORT
            for lane in lanes
        ),
        statuses=(norm.status, sparsity.status, structure.status),
    )


def table(verdict: Verdict, width: int) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of plain strings: arm, seeds that generalised, then medians over seeds.

    Where `width` has no room for them the norms are left out, then the middle of long names: 80
    columns are enough for names of 20 and steps of 5 digits.
    """
    lines = [HEADER, *(_cells(row) for row in verdict.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if sum(widths) + GAP * (len(widths) - 1) > width:
        lines = narrowed([line[:-NORMS] for line in lines], width, GAP)
    return lines[0], lines[1:]


def _cells(row: ArmRow) -> tuple[str, ...]:
    t_gen = row.t_gen
    return (
        row.arm,
        f"{t_gen.reached}/{row.seeds}",
        milestone(row.t_mem, brief=True),
        milestone(t_gen),
        ratio(row.tau_grok.median),
        f"{ratio(row.speedup)}x" if row.speedup is not None else "-",
        percent(row.test_accuracy),
        percent(row.kept),
        ratio(row.l1_ratio),
        ratio(row.l2_ratio),
    )
