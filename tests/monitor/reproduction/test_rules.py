"""Comparisons of medians: when one holds, when its opposite does, and when neither is known."""

from __future__ import annotations

from math import inf, isnan, nan

import pytest

from grok_tui.monitor.reproduction import rules
from grok_tui.monitor.reproduction.evidence import Quantity
from grok_tui.monitor.reproduction.rules import Check, judged, spearman, told


def q(*values: float, label: str = "it", budget: int = 0) -> Quantity:
    return Quantity(label, values, budget)


def outcome(check: Check) -> str:
    assert not (check.holds and check.opposed)
    return "holds" if check.holds else "opposed" if check.opposed else "unknown"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (q(50, 60, 400), q(200, 120, 100), "holds"),  # 60 <= .5 x 120
        (q(50, 61, 400), q(200, 120, 100), "opposed"),
        (q(50, 60, 400), q(200, inf, inf), "holds"),
        (q(inf, inf, 50), q(200, 120, 100), "unknown"),
        (q(inf, inf, inf), q(inf, inf, inf), "unknown"),
        (q(nan, nan, nan), q(200, 120, 100), "unknown"),
    ],
)
def test_at_most_half(left: Quantity, right: Quantity, expected: str) -> None:
    assert outcome(rules.at_most_half(left, right)) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [((200, 220, 200), "holds"), ((199, 199, 220), "opposed"), ((inf, inf, 1), "holds")],
)
def test_at_least_twice(left: tuple[float, ...], expected: str) -> None:
    assert outcome(rules.at_least(q(*left), 2, q(100, 100, 100))) == expected


def test_at_least_says_nothing_of_two_that_never_arrived() -> None:
    assert outcome(rules.at_least(q(inf, inf, inf), 1, q(inf, inf, inf))) == "unknown"


@pytest.mark.parametrize(("budget", "expected"), [(0, "holds"), (200, "holds"), (199, "unknown")])
def test_never_is_later_only_than_what_was_trained(budget: int, expected: str) -> None:
    never, early = q(inf, inf, inf, budget=budget), q(100, 100, 100)
    assert outcome(rules.at_least(never, 2, early)) == expected
    assert outcome(rules.at_most_half(early, never)) == expected
    assert outcome(rules.less(q(200, 200, 200), never)) == expected


def test_seeds_count_that_both_sides_have() -> None:
    left, right = q(1, 2, 3, nan, nan), q(nan, nan, 30, 40, 50)
    assert rules.less(left, right).seeds == 1


def test_less_is_strict() -> None:
    assert outcome(rules.less(q(1, 2, 3), q(1, 2, 3))) == "opposed"
    assert outcome(rules.less(q(1, 1.9, 3), q(1, 2, 3))) == "holds"


def test_every_seed_counts_and_the_medians_decide_the_opposite() -> None:
    base = q(100, 100, 100)
    assert outcome(rules.less_in_every_seed(q(10, 20, 30), base)) == "holds"
    assert outcome(rules.less_in_every_seed(q(10, 20, 300), base)) == "unknown"
    assert outcome(rules.less_in_every_seed(q(10, 200, 300), base)) == "opposed"
    assert outcome(rules.less_in_every_seed(q(10, 20, inf), q(100, 100, inf))) == "unknown"


def test_limits() -> None:
    assert outcome(rules.no_more_than(q(1, 2, 3), 2)) == "holds"
    assert outcome(rules.no_more_than(q(1, 2, 3), 1.9)) == "opposed"
    assert outcome(rules.no_more_than(q(nan, nan, nan), 1.9)) == "unknown"
    assert outcome(rules.no_less_than(q(1, 2, 3), 2)) == "holds"
    assert outcome(rules.no_less_than(q(1, 2, 3), 2.1)) == "opposed"


def test_not_reached_is_opposed_by_a_median_that_was() -> None:
    assert outcome(rules.not_reached(q(inf, inf, 3))) == "holds"
    assert outcome(rules.not_reached(q(inf, 2, 3))) == "opposed"
    assert outcome(rules.not_reached(q(nan, nan, nan))) == "unknown"


@pytest.mark.parametrize(
    ("medians", "expected"),
    [((3, 3, 5), "holds"), ((3, 5, inf), "holds"), ((3, 5, 4), "opposed"), ((inf, 3), "unknown")],
)
def test_in_order(medians: tuple[float, ...], expected: str) -> None:
    assert outcome(rules.in_order([q(one, one, one) for one in medians])) == expected


def test_a_comparison_shows_both_medians_and_its_factor() -> None:
    left = q(50, 60, 400, label="ticket")
    assert rules.at_most_half(left, q(200, inf, inf, label="base")).text == (
        "ticket 60 <= 0.5 x base not reached"
    )


HOLDS, OPPOSED, UNKNOWN = Check("a", True), Check("b", False, True), Check("c", False)


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([HOLDS, HOLDS], "reproduced"),
        ([HOLDS, UNKNOWN], "undecided"),
        ([HOLDS, UNKNOWN, OPPOSED], "contradicted"),
        ([], "undecided"),
    ],
)
def test_what_comparisons_come_to(checks: list[Check], expected: str) -> None:
    assert judged(checks, []).status == expected


def test_two_seeds_decide_nothing() -> None:
    finding = judged([rules.less(q(1, 2), q(3, 4))], [q(1, 2)])
    assert (finding.status, finding.problem) == ("undecided", "fewer than 3 seeds")
    assert finding.checks[0].holds


def test_seeds_without_a_number_are_not_counted() -> None:
    assert judged([rules.less(q(1, 2, nan), q(3, 4, 5))], []).status == "undecided"


def test_numbers_without_a_rule_are_told() -> None:
    finding = told([q(3, 4, 5, label="dense"), "as it is"])
    assert finding.status == "report only"
    assert finding.numbers == ("dense 4 (3 to 5)", "as it is")


def test_spearman_against_values_worked_out_by_hand() -> None:
    assert spearman([1, 2, 3, 4], [10, 20, 30, 40]) == 1
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == -1
    # Ranks 1 2 3 4 5 against 2 1 4 3 5: 1 - 6 x 4 / (5 x 24).
    assert spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50]) == pytest.approx(0.8)
    # Ranks 1 2.5 2.5 4 against 1 2 3 4: covariance 4.5, variances 4.5 and 5.
    assert spearman([1, 2, 2, 9], [1, 2, 3, 4]) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)


def test_spearman_breaks_ties_by_the_second_of_a_pair() -> None:
    assert spearman([1, 2, 3], [(0.5, 0), (1.0, -60), (1.0, -50)]) == 1


def test_spearman_of_nothing_to_rank_is_no_number() -> None:
    assert isnan(spearman([1, 1, 1], [1, 2, 3]))
    assert isnan(spearman([1], [1]))
