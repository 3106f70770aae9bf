"""Rows held against the runs that there are, and against those that there are not."""

from __future__ import annotations

from dataclasses import replace

from grok_tui.monitor.reproduction.delay import removed
from grok_tui.monitor.reproduction.judging import judge
from grok_tui.monitor.reproduction.row import Row
from grok_tui.monitor.reproduction.rules import Check, Finding, Status
from grok_tui.monitor.reproduction.words import brief, curves, outcome, tally, verdict
from tests.monitor.reproduction import made

ROW = Row(("fig1", "fig2a"), "It is so.", "yes", ("one", "two"), removed("one"), "it is", "it")
RUN = made.run({"dense": (1000,) * 3, "grokked-ticket": (50,) * 3})


def test_a_row_with_all_its_runs_is_judged_by_its_rule() -> None:
    (result,) = judge([ROW], {"one": RUN, "two": RUN, "three": RUN}, {})
    assert result.finding.status == "reproduced"
    assert set(result.runs) == {"one", "two"}
    assert curves([result, result]) == {"grok-tui plot made": ["fig1", "fig1"]}


def test_a_row_is_undecided_while_a_run_is_missing() -> None:
    (result,) = judge([ROW], {"one": RUN}, {})
    assert (result.finding.status, result.finding.problem) == ("undecided", "two: not run")


def test_a_row_without_a_rule_is_never_undecided() -> None:
    (result,) = judge([replace(ROW, wanted="")], {"one": RUN}, {})
    assert (result.finding.status, result.finding.problem) == ("report only", "two: not run")


def test_a_run_that_failed_says_why() -> None:
    (result,) = judge([ROW], {"two": RUN}, {"one": "the disk is full"})
    assert result.finding.problem == "one: the disk is full"
    assert brief(result.finding) == ["one: the disk is full"]


def test_the_table_has_room_for_three_numbers() -> None:
    finding = Finding("reproduced", tuple("abcdef"))
    assert brief(finding) == ["a", "b", "c", "and 3 more in the report"]


def test_outcomes_in_words() -> None:
    statuses: tuple[Status, ...] = (
        "contradicted",
        "reproduced",
        "reproduced",
        "report only",
        "undecided",
    )
    findings = [Finding(status, ()) for status in statuses]
    assert outcome(findings[0]) == "not reproduced"
    assert tally(findings) == "2 reproduced, 1 not reproduced, 1 undecided, 1 reported"


def test_a_comparison_holds_or_not_or_cannot_be_told() -> None:
    checks = Check("a", True), Check("b", False, True), Check("c", False)
    assert [verdict(check) for check in checks] == ["yes", "no", "cannot be told"]
