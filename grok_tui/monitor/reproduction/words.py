"""How a finding is said: in the table, and in the report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grok_tui.monitor.reproduction.judging import Result
    from grok_tui.monitor.reproduction.rules import Check, Finding, Status

MARKS: dict[Status, str] = {
    "reproduced": "reproduced",
    "contradicted": "not reproduced",
    "undecided": "undecided",
    "report only": "reported",
}
FIRST = 3
"""Numbers of a finding that a table has room for."""


def tally(findings: Sequence[Finding]) -> str:
    """12 reproduced, 2 not reproduced, 1 undecided, 5 reported."""
    found = Counter(map(outcome, findings))
    return ", ".join(f"{found[words]} {words}" for words in MARKS.values() if found[words])


def outcome(finding: Finding) -> str:
    """The status as the table says it."""
    return MARKS[finding.status]


def brief(finding: Finding) -> list[str]:
    """The first numbers, how many more the report has, and why there are none or no outcome."""
    found = list(finding.numbers[:FIRST])
    more = len(finding.numbers) - len(found)
    found += [f"and {more} more in the report"] if more else []
    return found + ([finding.problem] if finding.problem else [])


def curves(results: Iterable[Result]) -> dict[str, list[str]]:
    """The commands that show curves, each with the rows whose curves they are."""
    found: dict[str, list[str]] = {}
    for result in results:
        for run in dict.fromkeys(run.run for run in result.runs.values()):
            found.setdefault(f"grok-tui plot {run}", []).append(result.row.name)
    return found


def verdict(check: Check) -> str:
    """Whether a comparison holds: yes, no, or it cannot be told."""
    return "yes" if check.holds else "no" if check.opposed else "cannot be told"
