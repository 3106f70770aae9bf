"""Rows held against the runs that there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction.rules import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grok_tui.monitor.reproduction.evidence import Evidence
    from grok_tui.monitor.reproduction.row import Row
    from grok_tui.monitor.reproduction.rules import Status

NOT_RUN = "not run"


@dataclass(frozen=True)
class Result:
    """A row and what came of it."""

    row: Row
    finding: Finding
    runs: Mapping[str, Evidence]
    """Those of its runs that ended, by preset."""


def judge(
    rows: Sequence[Row], runs: Mapping[str, Evidence], problems: Mapping[str, str]
) -> tuple[Result, ...]:
    """The result of each row. `problems`: why there is no run of a preset, in words."""
    return tuple(_result(row, runs, problems) for row in rows)


def _result(row: Row, runs: Mapping[str, Evidence], problems: Mapping[str, str]) -> Result:
    there = {preset: runs[preset] for preset in row.presets if preset in runs}
    missing = [preset for preset in row.presets if preset not in runs]
    if missing:
        first = missing[0]
        problem = f"{first}: {problems.get(first, NOT_RUN)}"
        status: Status = "undecided" if row.wanted else "report only"
        return Result(row, Finding(status, (), problem=problem), there)
    return Result(row, row.rule(there), there)
