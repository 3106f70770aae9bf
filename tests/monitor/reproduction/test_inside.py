"""The rules about norms, masks and frequencies, each reproduced, contradicted and undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.reproduction import delay, inside
from tests.monitor.reproduction import made

if TYPE_CHECKING:
    from grok_tui.monitor.reproduction.evidence import Evidence

BASE = (1000,) * 3
NEVER = (None,) * 3
ARMS = ("dense", "grokked-ticket", "controlled-dense-l1", "controlled-dense-l2")


def normed(l1: tuple[float, ...], l2: tuple[float, ...]) -> Evidence:
    """The four arms with these norms at step 4000."""
    curves = {
        arm: {"l1_norm": {0: 1.0, 4000: one}, "l2_norm": {0: 1.0, 4000: two}}
        for arm, one, two in zip(ARMS, l1, l2, strict=True)
    }
    return made.run(dict.fromkeys(ARMS, BASE), curves=curves)


APART, BAND = (9676, 6933, 9391, 9124), (34.4, 37.0, 33.4, 33.6)


@pytest.mark.parametrize(
    ("l1", "l2", "expected"),
    [
        (APART, BAND, "reproduced"),
        (APART, (34.4, 50.0, 33.4, 33.6), "contradicted"),
        ((9676, 9500, 9391, 9124), BAND, "contradicted"),
        ((6933, 9676, 9391, 9124), BAND, "contradicted"),  # not the ticket's is least
    ],
)
def test_fig6(l1: tuple[float, ...], l2: tuple[float, ...], expected: str) -> None:
    assert inside.norms("fig1")({"fig1": normed(l1, l2)}).status == expected


def test_fig6_wants_all_four_arms() -> None:
    run = made.run(dict.fromkeys(ARMS[:2], BASE))
    assert inside.norms("fig1")({"fig1": run}).status == "undecided"


def test_fig6_says_the_spreads_worked_out_by_hand() -> None:
    # Mean 10, deviations -2 0 0 2, so that the sample variance is 8/3.
    run = normed(APART, (8.0, 10.0, 10.0, 12.0))
    assert inside.norms("fig1")({"fig1": run}).numbers[0] == (
        "sd/mean of final L2 0.163 (0.163 to 0.163)"
    )


def moving(distances: list[float], accuracies: list[float], t_gen: int | None = 5000) -> Evidence:
    """A base looked at each 500 steps."""
    steps = [500 * number for number in range(1, len(distances) + 1)]
    curve = {0: 0.0, **dict(zip(steps, accuracies, strict=True))}
    probes = {inside.MASK_DISTANCE: dict(zip(steps, distances, strict=True))}
    return made.run(
        {"dense": (t_gen,) * 3},
        curves={"dense": {"test_accuracy": curve}},
        probes={"dense": probes},
    )


GAINS = [0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.8, 0.9, 1.0, 1.0]  # most between 3000 and 3500
AT_3500 = [0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1]
AT_3000 = [0.9, 0.1, 0.1, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1]
AT_2500 = [0.9, 0.1, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1]


@pytest.mark.parametrize(
    ("distances", "expected"),
    [(AT_3500, "reproduced"), (AT_3000, "reproduced"), (AT_2500, "contradicted")],
)
def test_fig7_leaves_out_the_beginning(distances: list[float], expected: str) -> None:
    assert inside.acquired("fig7")({"fig7": moving(distances, GAINS)}).status == expected


def test_fig7_is_undecided_if_the_base_never_generalised() -> None:
    run = moving(AT_3500, GAINS, t_gen=None)
    assert inside.acquired("fig7")({"fig7": run}).status == "undecided"


def test_a_measurement_off_the_grid_is_left_out() -> None:
    probes = {inside.MASK_DISTANCE: {500: 0.2, 1000: 0.1, 1201: 0.9}}
    curves = {"test_accuracy": {0: 0.0, 500: 0.1, 1000: 0.3, 1201: 0.4}}
    lane = made.lane("dense", 0, probes=probes, curves=curves)
    found = inside.changes_of_mask(lane)
    assert [change[:2] for change in found] == [(500, 0.2), (1000, 0.1)]
    assert [gain for *_, gain in found] == pytest.approx([0.1, 0.2])


def entropies(base: tuple[float, float], ticket: tuple[float, float]) -> Evidence:
    """Of both sides: after 100 steps, a tenth of t_gen(base), and at the end."""

    def probes(early: float, end: float) -> dict[str, dict[int, float]]:
        return {name: {0: 3.4, 100: early, 5000: end} for name in inside.ENTROPIES.values()}

    found = {"dense": probes(*base), "grokked-ticket": probes(*ticket)}
    return made.run({"dense": BASE, "grokked-ticket": (50,) * 3}, probes=found)


@pytest.mark.parametrize(
    ("base", "ticket", "expected"),
    [
        ((3.3, 2.4), (2.5, 2.3), "reproduced"),
        ((3.3, 2.4), (3.1, 2.3), "contradicted"),
        ((3.3, 2.8), (2.5, 2.3), "contradicted"),
    ],
)
def test_fig8(base: tuple[float, float], ticket: tuple[float, float], expected: str) -> None:
    assert inside.periodic("fig1")({"fig1": entropies(base, ticket)}).status == expected


def test_fig8_is_undecided_without_the_probe() -> None:
    run = made.run({"dense": BASE, "grokked-ticket": BASE})
    assert inside.periodic("fig1")({"fig1": run}).status == "undecided"


def striped(ticket: float, shuffled: float, other: float) -> Evidence:
    probes = {
        "grokked-ticket": {inside.SPECTRUM: {0: ticket}, inside.SHUFFLED: {0: shuffled}},
        **{arm: {inside.SPECTRUM: {0: other}} for arm in delay.AT_INITIALISATION},
    }
    return made.run(dict.fromkeys(probes, NEVER), probes=probes)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((0.05, 0.0014, 0.0019), "reproduced"),
        ((0.0139, 0.0014, 0.0019), "contradicted"),
        ((0.05, 0.0014, 0.0043), "contradicted"),
    ],
)
def test_fig18(numbers: tuple[float, float, float], expected: str) -> None:
    assert inside.stripes("fig1")({"fig1": striped(*numbers)}).status == expected


def test_fig18_is_undecided_without_the_probe() -> None:
    run = made.run(dict.fromkeys(("grokked-ticket", *delay.AT_INITIALISATION), NEVER))
    assert inside.stripes("fig1")({"fig1": run}).status == "undecided"
