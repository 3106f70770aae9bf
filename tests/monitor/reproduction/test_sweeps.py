"""The rules about rates and times of pruning, each reproduced, contradicted and undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.reproduction import sweeps
from grok_tui.protocol.arms import Arm, MaskFrom
from tests.monitor.reproduction import made

if TYPE_CHECKING:
    from grok_tui.monitor.reproduction.evidence import Evidence

LATE = MaskFrom(arm="dense", at="generalised")
RATES = tuple(rate / 10 for rate in range(1, 10))
NEVER = None


def three(value: int | None) -> tuple[int | None, ...]:
    return (value,) * 3


def name(rate: float) -> str:
    return f"ticket-{100 * rate:.0f}"


def ticket(rate: float, **changes: object) -> Arm:
    return Arm(
        name=name(rate),
        method="magnitude",
        pruning_rate=rate,
        mask_from=LATE,
        **changes,  # type: ignore[arg-type]
    )


def sweep(
    t_gen: dict[float, int | None], t_mem: dict[float, int | None], base: int | None = 1200
) -> Evidence:
    """Tickets of all rates; where nothing is given they generalise at 600 and memorise at 30."""
    given = {rate: t_gen.get(rate, 600) for rate in RATES}
    return made.run(
        {"dense": three(base), **{name(rate): three(step) for rate, step in given.items()}},
        t_mem={name(rate): three(t_mem.get(rate, 30)) for rate in RATES} | {"dense": three(40)},
        recipes=[ticket(rate) for rate in RATES],
    )


@pytest.mark.parametrize(
    ("t_gen", "expected"),
    [
        ({0.7: 60}, "reproduced"),  # tau 2 against 30 of the base and 20 of k .9
        ({0.9: 60}, "contradicted"),  # the least is not between .5 and .8
        ({0.7: 240}, "contradicted"),  # tau 8 is more than a quarter of 30
        ({0.7: 60, 0.9: NEVER}, "reproduced"),
    ],
)
def test_fig3a(t_gen: dict[float, int | None], expected: str) -> None:
    assert sweeps.delays("fig3")({"fig3": sweep(t_gen, {})}).status == expected


def test_fig3a_is_undecided_if_nothing_generalises() -> None:
    run = sweep(dict.fromkeys(RATES, NEVER), {}, base=NEVER)
    assert sweeps.delays("fig3")({"fig3": run}).status == "undecided"


RISING: dict[float, int | None] = {0.5: 32, 0.6: 36, 0.7: 44, 0.8: 62, 0.9: 134}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "reproduced"),
        ({0.6: 31}, "contradicted"),
        ({0.9: 63}, "contradicted"),  # less than twice 32
        ({0.9: NEVER}, "reproduced"),
        ({0.8: NEVER, 0.9: NEVER}, "undecided"),  # what never came is not before anything
    ],
)
def test_fig3b(changes: dict[float, int | None], expected: str) -> None:
    run = sweep({}, RISING | changes)
    assert sweeps.memorising("fig3")({"fig3": run}).status == expected


@pytest.mark.parametrize(
    ("t_gen", "expected"),
    [
        ({0.5: 60, 0.7: 60, 0.9: 180}, "reproduced"),
        ({0.5: 60, 0.7: 60, 0.9: NEVER}, "reproduced"),
        ({0.5: 60, 0.7: 60, 0.9: 179}, "contradicted"),
        ({0.5: 601, 0.7: 60, 0.9: NEVER}, "contradicted"),
        ({0.5: NEVER, 0.7: 60, 0.9: NEVER}, "undecided"),
    ],
)
def test_fig4b(t_gen: dict[float, int | None], expected: str) -> None:
    assert sweeps.rates("fig3")({"fig3": sweep(t_gen, {})}).status == expected


ACCURACY = {0: 0.0, 400: 0.1, 800: 0.5, 1000: 0.96, 1300: 1.0}
MASKS = {"ticket-400": 400, "ticket-800": 800, "ticket-1000": 1000, "grokked-ticket": 1300}


def by_mask(tickets: dict[str, tuple[float, int | None]], base: int | None = 1000) -> Evidence:
    """Tickets with an accuracy from step 500 on, and when they generalise."""
    recipes = [
        Arm(name=arm, method="magnitude", pruning_rate=0.6, mask_from=MaskFrom(arm="dense", at=at))
        for arm, at in MASKS.items()
    ]
    curves = {arm: {"test_accuracy": {0: 0.0, 500: own}} for arm, (own, _) in tickets.items()}
    return made.run(
        {"dense": three(base), **{arm: three(t_gen) for arm, (_, t_gen) in tickets.items()}},
        recipes=recipes,
        mask_steps={arm: three(step) for arm, step in MASKS.items()},
        curves={"dense": {"test_accuracy": ACCURACY}, **curves},
    )


IN_ORDER = {
    "ticket-400": (0.2, NEVER),
    "ticket-800": (0.7, NEVER),
    "ticket-1000": (1.0, 300),
    "grokked-ticket": (1.0, 60),
}
REVERSED = dict(zip(IN_ORDER, reversed(IN_ORDER.values()), strict=True))


def test_fig4a() -> None:
    assert sweeps.mask_times("fig4a")({"fig4a": by_mask(IN_ORDER)}).status == "reproduced"
    assert sweeps.mask_times("fig4a")({"fig4a": by_mask(REVERSED)}).status == "contradicted"
    without = by_mask(IN_ORDER, base=NEVER)
    assert sweeps.mask_times("fig4a")({"fig4a": without}).status == "undecided"


def test_fig4a_breaks_equal_accuracies_by_the_step() -> None:
    numbers = sweeps.mask_times("fig4a")({"fig4a": by_mask(IN_ORDER)}).numbers
    assert numbers[0].endswith("accuracy 1 (1 to 1)")
    assert numbers[1].endswith("t_gen(base) 300 (300 to 300)")


def test_fig4a_says_from_where_on_masks_generalise() -> None:
    numbers = sweeps.mask_times("fig4a")({"fig4a": by_mask(IN_ORDER)}).numbers
    assert numbers[2].startswith("earliest mask that generalises in t_gen(base) steps")
    assert numbers[2].endswith("share of t_gen(base) 1 (1 to 1)")


def test_a_ticket_is_judged_after_as_many_steps_as_its_base_took() -> None:
    found = sweeps.standings(by_mask(IN_ORDER, base=499), 0)
    assert found[1300] == (1.0, 0.0, 60)  # before step 500 it knows nothing


def undecayed(
    t_gen: dict[float, int | None], base: int | None = NEVER, final: float = 1.0
) -> Evidence:
    rates = (0.5, 0.6, 0.8, 0.9, 0.95)
    given = {rate: t_gen.get(rate, NEVER) for rate in rates}
    curve = {"test_accuracy": {0: 0.0, 800: final}}
    return made.run(
        {
            "dense": three(1200),
            "dense-no-decay": three(base),
            **{name(rate): three(step) for rate, step in given.items()},
        },
        recipes=[ticket(rate, weight_decay=0.0) for rate in rates],
        curves=dict.fromkeys(map(name, rates), curve),
    )


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (undecayed({0.6: 60, 0.8: 90}), "reproduced"),
        (undecayed({0.6: 60}, base=4000), "contradicted"),
        (undecayed({0.6: 60, 0.95: 700}), "contradicted"),
        (undecayed({0.5: 60}), "undecided"),
    ],
)
def test_fig17a(run: Evidence, expected: str) -> None:
    assert sweeps.without_decay("fig17a")({"fig17a": run}).status == expected


def test_fig17a_reports_the_band_and_its_largest_rate() -> None:
    finding = sweeps.without_decay("fig17a")({"fig17a": undecayed({0.6: 60, 0.8: 90})})
    assert finding.numbers[1:3] == ("k* 0.8", "k that reach P: 0.6, 0.8")
    assert "k 0.5 not reached in 800" in finding.numbers  # how long was looked, beside each k


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (undecayed({0.6: 700, 0.8: 600}), "reproduced"),
        (undecayed({0.6: 60, 0.8: 601}), "contradicted"),
        (undecayed({0.6: 60, 0.8: 600}, final=0.94), "contradicted"),
        (undecayed({}), "undecided"),
    ],
)
def test_fig17b_looks_at_the_largest_rate_that_arrives(run: Evidence, expected: str) -> None:
    assert sweeps.best_without_decay("fig17a")({"fig17a": run}).status == expected
