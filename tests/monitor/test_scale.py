"""A wide run, 64 lanes of 30 000 steps: what is kept of it, and that a look costs what is new."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.monitor.axes import step_axis
from grok_tui.monitor.history import EMPTY, METRICS, History, fold
from grok_tui.monitor.reduce import Envelope
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.events import AnyEvent

STEPS = 30_000
LANES = [(arm, seed) for arm in fakes.FATES for seed in range(16)][:64]
COLUMNS = 2 + len(METRICS)
BATCH = 500
LOOK = 5000


def round_of(step: int) -> list[AnyEvent]:
    """What lanes that train together say of one measured step."""
    return [fakes.measured(arm, seed, step, fakes.FATES[arm]) for arm, seed in LANES]


@pytest.fixture(scope="module")
def wide() -> tuple[History, int]:
    """The run folded as it grows, and the bytes that are held for it."""
    found = [event for step in fakes.grid(STEPS) for event in round_of(step)]
    history = EMPTY
    tracemalloc.start()
    try:
        for start in range(0, len(found), LOOK):
            history = fold(history, islice(found, start, start + LOOK))
        return history, tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_a_wide_run_is_kept_as_plain_numbers(wide: tuple[History, int]) -> None:
    history, held = wide
    points = sum(len(lane.steps) for lane in history.lanes.values())
    assert len(history.lanes) == 64
    assert points == 64 * len(list(fakes.grid(STEPS)))
    # 8 bytes a number, and what growing arrays and 64 lanes keep in reserve
    assert held < points * COLUMNS * 8 * 1.25 + 64 * 8192


def test_what_is_new_is_folded_without_a_copy_of_what_is_old(wide: tuple[History, int]) -> None:
    history, held = wide
    new = round_of(STEPS + 1)
    tracemalloc.start()
    try:
        later = fold(history, new)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert all(lane.step == STEPS + 1 for lane in later.lanes.values())
    assert all(lane.step == STEPS for lane in history.lanes.values())
    # an array that is full may move once; 64 lanes of 8 columns do not all move at once
    assert peak < held / 2


class Counted(list[float]):
    """Numbers that count how many of them are read."""

    reads = 0

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        self.reads += len(found) if isinstance(index, slice) else 1
        return found


@pytest.mark.parametrize("log", [True, False])
def test_a_chart_reads_each_point_once(log: bool) -> None:
    steps: Sequence[float] = [float(step) for step in range(STEPS)]
    values = Counted()
    envelope = Envelope(step_axis(STEPS, log), 150)
    for start in range(0, STEPS, BATCH):
        values += steps[start : start + BATCH]
        before = values.reads
        envelope.fold(steps[: start + BATCH], values)
        assert values.reads - before <= BATCH + 2  # the last one before, and the last one now
    assert len(envelope.runs()[0]) <= 2 * 150
