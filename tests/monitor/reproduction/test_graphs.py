"""The rules about masks as graphs, each reproduced, contradicted and undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.reproduction import graphs
from tests.monitor.reproduction import made

if TYPE_CHECKING:
    from grok_tui.monitor.reproduction.evidence import Evidence

FALLING = {0: 5.4, 100: 4.4, 200: 4.3, 900: 4.2, 1400: 3.2}
RISING = {0: 5.4, 100: 4.1, 200: 4.3, 900: 4.4, 1400: 4.5}


def base(gap: dict[int, float], ramanujan: dict[int, float], t_gen: int | None = 1000) -> Evidence:
    probes = {graphs.WEIGHTED_GAP: gap} | dict.fromkeys(graphs.RAMANUJAN.values(), ramanujan)
    return made.run({"dense": (t_gen,) * 3}, probes={"dense": probes})


JUMP = {0: 0.10, 100: 0.20, 300: 0.33, 700: 0.9, 1400: 0.11}


@pytest.mark.parametrize(
    ("gap", "ramanujan", "expected"),
    [
        (JUMP, FALLING, "reproduced"),
        (JUMP, RISING, "contradicted"),
        ({**JUMP, 300: 0.14, 100: 0.14}, FALLING, "contradicted"),  # 1.4 times the start
        ({**JUMP, 1400: 0.3}, FALLING, "contradicted"),  # 1.1 times the end
    ],
)
def test_fig9(gap: dict[int, float], ramanujan: dict[int, float], expected: str) -> None:
    assert graphs.in_training("fig9")({"fig9": base(gap, ramanujan)}).status == expected


def test_fig9_looks_for_the_jump_before_generalising() -> None:
    numbers = graphs.in_training("fig9")({"fig9": base(JUMP, FALLING)}).numbers
    assert numbers[0] == "weighted gap, most/start 3.3 (3.3 to 3.3)"  # .33, not the .9 at 700


def test_fig9_is_undecided_if_the_base_never_generalised() -> None:
    run = base(JUMP, FALLING, t_gen=None)
    assert graphs.in_training("fig9")({"fig9": run}).status == "undecided"


@pytest.mark.parametrize(
    ("values", "expected"),
    [((-2.6, -4.6), "reproduced"), ((-2.6, -2.6), "contradicted"), (None, "undecided")],
)
def test_table1_graphs(values: tuple[float, float] | None, expected: str) -> None:
    found = {} if values is None else dict(zip((600, 2000), values, strict=True))
    probes = dict.fromkeys(graphs.RAMANUJAN.values(), found)
    run = made.run({"edge-popup": (None,) * 3}, probes={"edge-popup": probes if found else {}})
    assert graphs.of_masks("table1", "edge-popup")({"table1": run}).status == expected
