"""A trainer's memory does not grow with the steps that it trains."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Literal

import pytest

from tests.engine import tiny

STRETCH = 100
"""Steps. A single number kept of each step and lane would take twice what is allowed."""


@pytest.mark.parametrize("log", ["grid", "every-step"])
def test_nothing_is_kept_of_a_step(log: Literal["grid", "every-step"]) -> None:
    endless = tiny.tiny((tiny.DENSE, tiny.RANDOM), steps=10_000_000, threshold=1.0, log=log)
    lanes = tiny.experiment(endless)
    tiny.run_on(lanes, begin=True, until=STRETCH)
    tracemalloc.start()
    try:
        held = []
        for _ in range(3):
            tiny.run_on(lanes, until=STRETCH)
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert lanes.running
    assert held[2] - held[1] < STRETCH * 2 * 16, held
