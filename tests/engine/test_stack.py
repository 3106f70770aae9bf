"""Lanes in blocks: who trains with whom, how far at a time and in which process changes nothing."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from grok_tui.engine import stack
from grok_tui.engine.stack import Stack
from grok_tui.engine.training import Block
from grok_tui.protocol.arms import Arm, MaskFrom
from grok_tui.protocol.events import AnyEvent, LaneFinished, Measured
from tests.engine import tiny

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grok_tui.engine.experiment import Experiment
    from grok_tui.engine.lanes import Lane

AT_ONCE = Arm(
    name="at-once",
    method="magnitude",
    pruning_rate=0.6,
    mask_from=MaskFrom(arm="dense", at="memorised"),
)
LATER = Arm(
    name="later",
    method="magnitude",
    pruning_rate=0.6,
    mask_from=MaskFrom(arm="dense", at="memorised", plus=40),
)
CONFIG = tiny.tiny(
    (tiny.DENSE, LATER, tiny.RANDOM),
    seeds=(0, 1),
    steps=300,
    weight_decay=2.0,
    threshold=0.25,
    stop_after_generalised=50,
)


def timeless(events: Sequence[AnyEvent]) -> list[AnyEvent]:
    """The events with no trace of the clock."""
    return [
        msgspec.structs.replace(event, seconds=0.0) if isinstance(event, Measured) else event
        for event in events
    ]


def in_slices(lanes: Experiment, slices: Callable[[], int]) -> list[AnyEvent]:
    """Every event, trained by so many updates at a time."""
    events = lanes.begin()
    while lanes.running:
        events += lanes.advance(slices())
    return timeless(events)


@pytest.mark.long
@pytest.mark.parametrize("arms", [CONFIG.arms, (tiny.DENSE, AT_ONCE, tiny.SHUFFLE, tiny.TICKET)])
def test_the_log_does_not_depend_on_how_many_updates_are_done_at_a_time(
    arms: tuple[Arm, ...],
) -> None:
    config = msgspec.structs.replace(CONFIG, arms=arms)
    chance = random.Random(5)
    one_by_one = in_slices(tiny.experiment(config), lambda: 1)
    assert len({type(event) for event in one_by_one}) == 4
    assert in_slices(tiny.experiment(config), lambda: 10**9) == one_by_one
    assert in_slices(tiny.experiment(config), lambda: chance.randint(1, 60)) == one_by_one


@pytest.mark.long
def test_reading_later_than_training_changes_no_event() -> None:
    """As on a GPU, where the next updates are under way before the last are read."""
    plain = in_slices(tiny.experiment(CONFIG), lambda: 7)
    late = tiny.experiment(CONFIG)
    events = late.begin()
    behind = 0
    while late.running:
        late.stack.ahead = 1
        events += late.advance(7)
        behind += any(lane.read < lane.measured for lane in late.running.values())
    assert behind > 10
    assert timeless(events) == plain


def test_what_was_not_read_can_be_asked_for() -> None:
    lanes = tiny.experiment(tiny.tiny(steps=300))
    lanes.begin()
    lanes.stack.ahead = 1
    assert [event for event in lanes.advance(5) if isinstance(event, Measured)] == []
    told = [event.step for event in lanes.read() if isinstance(event, Measured)]
    assert told == [0, 1, 2, 3, 4, 5]
    assert lanes.read() == []


def test_a_lane_that_turns_out_to_have_diverged_is_trained_no_further() -> None:
    lanes = tiny.experiment(tiny.tiny((tiny.DENSE, tiny.RANDOM), steps=300))
    lanes.begin()
    lanes.running["dense", 0].rows.weights[0] = float("nan")
    lanes.stack.ahead = 1
    assert lanes.advance(5) == []
    assert tiny.ended(lanes.read(), "dense").reason == "diverged"
    lanes.advance(5)
    assert [float(lane.rows.updates) for lane in lanes.running.values()] == [10]
    assert [float(lane.rows.updates) for lane in lanes.finished] == [5]


def test_workers_change_no_bit() -> None:
    lanes = tiny.experiment(CONFIG)
    lanes.stack.workers = 3
    assert in_slices(lanes, lambda: 20) == in_slices(tiny.experiment(CONFIG), lambda: 20)


@pytest.mark.parametrize("model", [tiny.tiny().model, tiny.TRANSFORMER])
@pytest.mark.parametrize("width", [2, 3, 6])
def test_lanes_that_step_as_one_block_go_where_each_goes_alone(width: int, model: object) -> None:
    """How a GPU trains them; bits may differ there, numbers may not."""
    config = msgspec.structs.replace(
        tiny.tiny((tiny.DENSE, tiny.RANDOM, tiny.TICKET), seeds=(0, 1), precision="float64"),
        model=model,
    )
    alone, together = tiny.experiment(config), tiny.experiment(config)
    together.stack = Stack(together.layout, together.model, width)
    events, others = tiny.run(config), tiny.run_on(together, begin=True)
    del alone
    assert len(events) == len(others)
    for event, other in zip(events, others, strict=True):
        assert type(event) is type(other)
        if isinstance(event, Measured) and isinstance(other, Measured):
            assert (event.arm, event.seed, event.step) == (other.arm, other.seed, other.step)
            assert other.train_loss == pytest.approx(event.train_loss, rel=1e-7)
            assert other.l2_norm == pytest.approx(event.l2_norm, rel=1e-9)


def test_a_lane_that_ends_keeps_what_it_was_while_its_block_trains_on() -> None:
    lanes = tiny.experiment(tiny.tiny(seeds=range(8), steps=50))
    lanes.stack = Stack(lanes.layout, lanes.model, width=8)
    lanes.begin()
    tiny.run_on(lanes, until=20)
    [block] = lanes.stack._blocks
    held = list(lanes.running.values())
    lanes.stack.hold(held[1:])
    assert lanes.stack._blocks == [block]
    before = held[0].rows.weights.clone()
    lanes.stack.launch(5, {})
    assert torch.equal(held[0].rows.weights, before)
    lanes.stack.hold(held[2:])  # a quarter of its lanes are gone: the others are packed
    assert [len(one.lanes) for one in lanes.stack._blocks] == [6]


def test_a_block_too_large_for_the_memory_is_split_until_it_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []

    class Small(Block):
        """Of a device with memory for three lanes."""

        def __init__(self, lanes: Sequence[Lane], *parts: object) -> None:
            tried.append(len(lanes))
            if len(lanes) > 3:
                raise torch.OutOfMemoryError("CUDA out of memory")
            super().__init__(lanes, *parts)  # type: ignore[arg-type]

    monkeypatch.setattr(stack, "Block", Small)
    config = tiny.tiny(seeds=range(9), precision="float64", steps=30)
    lanes = tiny.experiment(config)
    lanes.stack = Stack(lanes.layout, lanes.model, width=9)
    events = tiny.run_on(lanes, begin=True)
    assert tried == [9, 5, 3, 3, 3]
    ends = [event for event in events if isinstance(event, LaneFinished)]
    assert [end.step for end in ends] == [30] * 9
    for seed in range(9):
        alone = tiny.run(tiny.tiny(seeds=(seed,), precision="float64", steps=30))
        plain = tiny.measured(alone, "dense", seed)
        split = tiny.measured(events, "dense", seed)
        assert split[-1].train_loss == pytest.approx(plain[-1].train_loss, rel=1e-9)


def test_a_lane_too_large_for_the_memory_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Block:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(stack, "Block", refuse)
    with pytest.raises(torch.OutOfMemoryError):
        tiny.experiment(tiny.tiny(seeds=(0, 1))).begin()


def test_a_measurement_changes_no_step_and_its_forward_pass_is_used() -> None:
    measured, plain = tiny.experiment(tiny.tiny(steps=50)), tiny.experiment(tiny.tiny(steps=50))
    for lanes in (measured, plain):
        lanes.begin()
    [block], [other] = measured.stack._blocks, plain.stack._blocks
    forward, calls = block._network.forward, []

    def counted() -> torch.Tensor:
        calls.append(1)
        return forward()

    block._network.forward = counted  # type: ignore[method-assign]
    block.run(20, range(21))
    other.run(20, [])
    assert len(calls) == 21
    assert torch.equal(block.lanes[0].rows.weights, other.lanes[0].rows.weights)
