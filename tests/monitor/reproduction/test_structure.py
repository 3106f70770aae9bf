"""The rule of Table 1: reproduced, contradicted and undecided."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.reproduction import structure
from grok_tui.monitor.reproduction.artifacts import Tensor
from tests.monitor.reproduction import made

if TYPE_CHECKING:
    from grok_tui.monitor.reproduction.evidence import Evidence

MASK = Tensor("U8", (2, 2), b"\1\0\1\1")
BEFORE = Tensor("F32", (2, 2), struct.pack("<4f", 1.0, 2.0, -3.0, 4.0))
SAME = Tensor("F32", (2, 2), struct.pack("<4f", 1.0, -0.0, -3.0, 4.0))  # the second is pruned
OTHER = Tensor("F32", (2, 2), struct.pack("<4f", 1.0, 0.0, -3.0000002, 4.0))


def table(
    popup: float = 0.97,
    memorised: float = 0.04,
    control: float = 0.09,
    last: Tensor | None = SAME,
) -> Evidence:
    final = {"memorised": memorised, "edge-popup": popup, "edge-popup-initial": control}
    arms = [*final, "weight-decay", "edge-popup-and-weights"]
    curves = {arm: {"test_accuracy": {0: 0.0, 600: 0.5, 2000: final.get(arm, 1.0)}} for arm in arms}
    tensors = {("edge-popup", "mask.W_E"): MASK, ("memorised", "final.W_E"): BEFORE}
    if last is not None:
        tensors["edge-popup", "final.W_E"] = last
    return made.run(dict.fromkeys(arms, (None,) * 3), curves=curves, tensors=tensors)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (table(), "reproduced"),
        (table(popup=0.84), "contradicted"),
        (table(memorised=0.16), "contradicted"),
        (table(control=0.31), "contradicted"),
        (table(last=OTHER), "contradicted"),
        (table(last=None), "undecided"),
    ],
)
def test_table1(run: Evidence, expected: str) -> None:
    assert structure.alone("table1")({"table1": run}).status == expected


def test_table1_has_the_steps_of_the_paper() -> None:
    numbers = structure.alone("table1")({"table1": table()}).numbers
    assert "edge-popup at 600 0.5 (0.5 to 0.5)" in numbers
    assert "edge-popup at 1400 0.5 (0.5 to 0.5)" in numbers
    assert "edge-popup at 2000 0.97 (0.97 to 0.97)" in numbers
