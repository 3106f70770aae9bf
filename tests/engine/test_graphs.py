"""Replaying a step: the logic around the graphs, on a CPU that plays them back as calls."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor

from grok_tui.engine import graphs
from grok_tui.engine.graphs import Replayed
from grok_tui.engine.training import Block
from grok_tui.engine.workspace import Workspace
from tests.engine import tiny

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grok_tui.engine.experiment import Experiment
    from grok_tui.engine.training import Measuring


class Played(Workspace):
    """Keeps what would be recorded and calls it when it would be replayed."""

    def __init__(self, example: Tensor) -> None:
        super().__init__(example)
        self.recordings = 0

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        with torch.inference_mode():
            yield

    def recorded(self, body: Callable[[], None]) -> Callable[[], None]:
        self.recordings += 1
        return body

    def copied(self, numbers: Tensor) -> Measuring:
        return partial(Tensor.clone, numbers.clone())


def both(lanes: Experiment) -> tuple[Replayed, Block, Played]:
    """A block that replays and one that does not, with equal lanes of their own."""
    lanes.begin()
    running = list(lanes.running.values())
    layout, model = lanes.layout, lanes.model
    played = Played(running[0].rows.weights)
    replayed = Replayed([lane.copy() for lane in running], layout, model, played)  # type: ignore[arg-type]
    plain = Block(
        [lane.copy() for lane in running], layout, model, Workspace(running[0].rows.weights)
    )
    return replayed, plain, played


@pytest.mark.parametrize("seeds", [(0,), (0, 1, 2)])
def test_replaying_measures_and_updates_as_stepping_does(seeds: tuple[int, ...]) -> None:
    replayed, plain, _ = both(tiny.experiment(tiny.tiny((tiny.DENSE, tiny.RANDOM), seeds)))
    for steps, at in ((5, [0, 1, 5]), (1, []), (0, [0]), (0, []), (7, [3]), (2, [0, 1, 2])):
        numbers, expected = replayed.run(steps, at)(), plain.run(steps, at)()
        assert torch.equal(numbers.reshape(-1), expected.reshape(-1))
    for lane, other in zip(replayed.lanes, plain.lanes, strict=True):
        assert torch.equal(lane.rows.weights, other.rows.weights)
        assert torch.equal(lane.rows.second, other.rows.second)
        assert float(lane.rows.updates) == 15


def test_making_one_changes_no_weight_and_counts_no_update() -> None:
    lanes = tiny.experiment(tiny.tiny())
    replayed, plain, _ = both(lanes)
    assert torch.equal(replayed.lanes[0].rows.weights, plain.lanes[0].rows.weights)
    assert float(replayed.lanes[0].rows.updates) == 0
    assert not replayed.lanes[0].rows.first.any()


def test_measurements_of_an_earlier_run_are_not_overwritten_by_the_next() -> None:
    replayed, plain, _ = both(tiny.experiment(tiny.tiny()))
    early, late = replayed.run(3, [0, 2]), replayed.run(3, [1])
    assert torch.equal(early(), plain.run(3, [0, 2])())
    assert torch.equal(late(), plain.run(3, [1])())


def test_the_buffer_grows_with_what_is_asked_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "POINTS", 2)
    replayed, plain, played = both(tiny.experiment(tiny.tiny()))
    assert played.recordings == 3
    for at in (range(2), range(9), range(9)):
        assert torch.equal(replayed.run(9, at)(), plain.run(9, at)())
    assert played.recordings == 6
