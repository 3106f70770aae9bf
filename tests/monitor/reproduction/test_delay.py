"""The rules about the delay, each reproduced, contradicted and undecided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor.reproduction import delay
from grok_tui.protocol.arms import Arm, MaskFrom
from grok_tui.protocol.tasks.rows import PolynomialRegression
from tests.monitor.reproduction import made

if TYPE_CHECKING:
    from grok_tui.monitor.reproduction.evidence import Evidence

BASE = (1000, 1200, 4000)
NEVER = (None, None, None)
QUICK, SLOW = (50, 60, 400), (900, 1100, 3000)
NORMS = {
    "grokked-ticket": (0.415, 0.65),
    "controlled-dense-l1": (0.415, 0.415),
    "controlled-dense-l2": (0.65, 0.65),
}
CONTROLS = dict.fromkeys(delay.NORM_CONTROLS, BASE)


def pair(ticket: made.Times | tuple[int | None, ...] = QUICK, **changes: object) -> Evidence:
    return made.run({"dense": BASE, "grokked-ticket": ticket}, **changes)  # type: ignore[dict-item,arg-type]


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        (QUICK, "reproduced"),
        ((50, 600, 5000), "undecided"),  # the median is quick, one seed is not
        ((50, 601, 700), "contradicted"),
        (NEVER, "undecided"),
    ],
)
def test_fig1(ticket: tuple[int | None, ...], expected: str) -> None:
    assert delay.removed("fig1")({"fig1": pair(ticket)}).status == expected


def test_fig1_wants_a_smaller_tau_as_well() -> None:
    run = pair(t_mem={"grokked-ticket": (2, 2, 2)})  # tau 30 at t_gen 60; the base's is 30
    assert delay.removed("fig1")({"fig1": run}).status == "contradicted"


def test_fig1_says_both_times_with_their_ranges() -> None:
    numbers = delay.removed("fig1")({"fig1": pair()}).numbers
    assert numbers[:2] == ("base t_gen 1200 (1000 to 4000)", "ticket t_gen 60 (50 to 400)")


def tickets(early: made.Times) -> Evidence:
    """Tickets of steps 400 and 700 beside the grokked one, of bases at 1000 and 1200."""
    recipes = [
        Arm(name=name, method="magnitude", pruning_rate=0.6, mask_from=MaskFrom(arm="dense", at=at))
        for name, at in (("ticket-400", 400), ("ticket-700", 700))
    ]
    base = (1000, 1000, 1200)
    steps = {"ticket-400": (400,) * 3, "ticket-700": (700,) * 3}
    times = {"dense": base, "grokked-ticket": QUICK, **early}
    return made.run(times, recipes=recipes, mask_steps=steps)


@pytest.mark.parametrize(
    ("early", "expected"),
    [
        ((900, 900, None), "reproduced"),
        (NEVER, "reproduced"),
        ((119, 119, None), "contradicted"),  # the grokked ticket's median is 60
    ],
)
def test_v1_transition_ticket(early: tuple[int | None, ...], expected: str) -> None:
    run = tickets({"ticket-400": (1, 1, 1), "ticket-700": early})
    assert delay.transition("fig4a")({"fig4a": run}).status == expected


def test_v1_transition_ticket_is_undecided_without_a_grokked_one() -> None:
    run = tickets({"ticket-400": NEVER, "ticket-700": NEVER, "grokked-ticket": NEVER})
    assert delay.transition("fig4a")({"fig4a": run}).status == "undecided"


def test_the_transition_ticket_is_that_nearest_to_six_tenths() -> None:
    run = tickets({"ticket-400": NEVER, "ticket-700": NEVER})
    found = [delay.nearest_early_ticket(run, seed) for seed in range(3)]
    assert found == ["ticket-700"] * 3  # 600, 600 and 720 are nearer to 700 than to 400


def whole(**changes: tuple[int | None, ...]) -> Evidence:
    """Every arm of the first figure; the masks never arrive."""
    masks = dict.fromkeys(delay.MASKS, NEVER)
    given = {name.replace("_", "-"): times for name, times in changes.items()}
    times = {"dense": BASE, "grokked-ticket": QUICK, **CONTROLS, **masks, **given}
    return made.run(times, ratios=NORMS)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "reproduced"),
        ({"controlled_dense_l1": (119, 119, 119)}, "contradicted"),
        ({"shuffled_mask": (119, 119, None)}, "contradicted"),
        ({"grokked_ticket": NEVER}, "undecided"),
    ],
)
def test_fig1_right(changes: dict[str, tuple[int | None, ...]], expected: str) -> None:
    assert delay.hypotheses("fig1")({"fig1": whole(**changes)}).status == expected


def test_fig1_right_names_the_hypotheses() -> None:
    finding = delay.hypotheses("fig1")({"fig1": whole(controlled_dense_l1=(119, 119, 119))})
    assert finding.numbers[:2] == ("norm not rejected", "sparsity rejected")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "reproduced"),
        ({"controlled_dense_l2": (119, 119, 119)}, "contradicted"),
        ({"controlled_dense_l2": NEVER}, "reproduced"),
        ({"grokked_ticket": NEVER}, "undecided"),
    ],
)
def test_fig5a(changes: dict[str, tuple[int | None, ...]], expected: str) -> None:
    assert delay.same_norm("fig1")({"fig1": whole(**changes)}).status == expected


def test_fig5a_wants_equal_norms() -> None:
    ratios = {**NORMS, "controlled-dense-l1": (0.4151, 0.4151)}
    run = made.run({"dense": BASE, "grokked-ticket": QUICK, **CONTROLS}, ratios=ratios)
    finding = delay.same_norm("fig1")({"fig1": run})
    assert finding.status == "contradicted"
    assert finding.checks[0].text == "initial norms agree to 0.0002"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "reproduced"),
        ({"random_mask": (1200, 1300, None)}, "reproduced"),
        ({"random_mask": (1199, 1199, None)}, "contradicted"),  # before the base
        ({"snip": (1300,) * 3, "grokked_ticket": (261,) * 3}, "contradicted"),  # 1300 < 5 x 261
        ({"dense": NEVER}, "undecided"),
    ],
)
def test_fig5b(changes: dict[str, tuple[int | None, ...]], expected: str) -> None:
    assert delay.at_initialisation("fig1")({"fig1": whole(**changes)}).status == expected


def transformer(ticket_loss: dict[int, float], base_loss: dict[int, float]) -> Evidence:
    curves = {"grokked-ticket": {"test_loss": ticket_loss}, "dense": {"test_loss": base_loss}}
    times = {"dense": BASE, "grokked-ticket": QUICK, **CONTROLS}
    return made.run(times, ratios=NORMS, curves=curves)


EARLY, LATE, OPEN = {0: 4.0, 50: 0.09}, {0: 4.0, 1000: 0.09}, {0: 4.0, 1000: 0.1}


@pytest.mark.parametrize(
    ("ticket", "base", "expected"),
    [
        (EARLY, LATE, "reproduced"),
        (LATE, EARLY, "contradicted"),
        (EARLY, OPEN, "reproduced"),
        (OPEN, OPEN, "undecided"),
    ],
)
def test_fig2b(ticket: dict[int, float], base: dict[int, float], expected: str) -> None:
    run = transformer(ticket, base)
    assert delay.transformer("fig2b")({"fig2b": run}).status == expected


OPERATIONS = {"fig1": "addition", "fig2c-division": "division"}


def by_operation(division: Evidence, table: dict[int, float]) -> dict[str, Evidence]:
    random = made.run(
        {"dense": NEVER, "ticket": NEVER}, curves={"ticket": {"test_accuracy": table}}
    )
    return {"fig1": pair(), "fig2c-division": division, "fig2c-random-table": random}


@pytest.mark.parametrize(
    ("division", "table", "expected"),
    [
        (pair(), {0: 0.01, 100: 0.05}, "reproduced"),
        (made.run({"dense": NEVER, "grokked-ticket": NEVER}), {0: 0.01}, "reproduced"),
        (pair(SLOW), {0: 0.01}, "contradicted"),
        (pair(NEVER), {0: 0.01}, "undecided"),
        (pair(), {0: 0.01, 100: 0.06, 200: 0.01}, "contradicted"),
    ],
)
def test_fig2c(division: Evidence, table: dict[int, float], expected: str) -> None:
    rule = delay.operations(OPERATIONS, "fig2c-random-table")
    assert rule(by_operation(division, table)).status == expected


def test_fig2c_is_undecided_if_no_operation_generalises() -> None:
    never = made.run({"dense": NEVER, "grokked-ticket": NEVER})
    runs = {**by_operation(never, {0: 0.01}), "fig1": never}
    assert delay.operations(OPERATIONS, "fig2c-random-table")(runs).status == "undecided"


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [((800, 840, 900), "reproduced"), ((800, 841, 900), "contradicted"), (NEVER, "undecided")],
)
def test_fig2d_and_fig2e(ticket: tuple[int | None, ...], expected: str) -> None:
    finding = delay.quicker("fig2d", {"grokked-ticket": 0.7})({"fig2d": pair(ticket)})
    assert finding.status == expected


def test_fig2d_says_the_median_ratio_of_the_seeds() -> None:
    finding = delay.quicker("fig2d", {"grokked-ticket": 0.7})({"fig2d": pair((500, 300, None))})
    assert finding.numbers[-1] == "grokked-ticket/base 0.38"  # of .5 and .25


@pytest.mark.parametrize(("dimension", "expected"), [(20, "reproduced"), (40, "report only")])
def test_fig2d_asks_nothing_of_the_published_size(dimension: int, expected: str) -> None:
    run = pair((500, 300, 500))
    task = PolynomialRegression(dimension=dimension)
    run = replace(run, config=msgspec.structs.replace(run.config, task=task))
    finding = delay.regression("fig2d", {"grokked-ticket": 0.7})({"fig2d": run})
    assert finding.status == expected
    assert finding.numbers[0] == "base 1200 (1000 to 4000)"


def test_fig2b_says_up_to_which_step_a_loss_was_not_reached() -> None:
    finding = delay.transformer("fig2b")({"fig2b": transformer(EARLY, OPEN)})
    assert finding.numbers[-1] == "dense test loss below .1 at not reached in 1000"
