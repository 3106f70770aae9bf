"""What is added to an experiment while it trains is as if it had been there from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import torch

from grok_tui.engine import artifacts, extending, state
from grok_tui.errors import PresetError, RunError
from grok_tui.protocol import saved
from grok_tui.protocol.arms import Arm, MaskFrom, Subset
from grok_tui.protocol.control import AddSeeds, TakeTicket
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import AnyEvent, Extended, LaneFinished, LaneStarted, Series
from grok_tui.protocol.probing import Probe
from tests.engine import tiny
from tests.engine.tiny import DENSE, L1, SHUFFLE, TICKET

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grok_tui.engine.experiment import Experiment
    from grok_tui.protocol.config import Config

Order = TakeTicket | AddSeeds
LATE = {"steps": 400, "weight_decay": 2.0, "threshold": 0.3, "stop_after_generalised": 20}
"""A run whose seeds end at steps of their own."""


def ticket(source: str = "dense", **given: Any) -> TakeTicket:
    recipe: dict[str, Any] = {"method": "magnitude", "pruning_rate": 0.6, "source": source} | given
    return TakeTicket(by="a test", **recipe)


def seeds(*added: int) -> AddSeeds:
    return AddSeeds(by="a test", seeds=added)


def keep(lanes: Experiment, folder: Path) -> None:
    """Write the artifacts of lanes that ended, as the trainer does."""
    for lane in lanes.finished:
        diverged = lanes.results[lane.key].reason == "diverged"
        tensors = artifacts.tensors(lane, lanes.layout, diverged=diverged)
        lanes.left[lane.key] = artifacts.write(folder, lane, tensors, Disk())


def obey(lanes: Experiment, order: Order, folder: Path) -> list[AnyEvent]:
    """Extend an experiment between two steps."""
    events = lanes.read()
    keep(lanes, folder)
    config = extending.wanted(lanes, order)
    recalled = extending.recall(lanes, config, folder)
    extending.build_data(lanes, config)
    return events + extending.take_in(lanes, config, recalled, "", order.by)


def extended(
    config: Config, orders: Iterable[tuple[int, Order]], folder: Path
) -> tuple[Experiment, list[AnyEvent]]:
    """An experiment to which something is added after so many further steps each."""
    lanes = tiny.experiment(config)
    events = lanes.begin()
    for steps, order in orders:
        events += tiny.run_on(lanes, until=steps)
        events += obey(lanes, order, folder)
    return lanes, events + tiny.run_on(lanes)


def told(events: Iterable[AnyEvent]) -> dict[tuple[str, int], list[object]]:
    """What is said of each lane, time left out, in order."""
    found: dict[tuple[str, int], list[object]] = {}
    for event in events:
        if isinstance(event, Extended):
            continue
        plain = {name: getattr(event, name) for name in event.__struct_fields__} | {"seconds": 0}
        found.setdefault((plain["arm"], plain["seed"]), []).append((type(event).__name__, plain))
    return found


def assert_equal(lanes: Experiment, events: list[AnyEvent]) -> None:
    """The experiment and its events are those of its configuration trained from the start."""
    again = tiny.experiment(lanes.config)
    assert told(events) == told(tiny.run_on(again, begin=True))
    kept = {lane.key: lane for lane in again.finished}
    assert {lane.key for lane in lanes.finished} == kept.keys()
    for lane in lanes.finished:
        for row in ("weights", "mask", "first", "second"):
            assert torch.equal(getattr(lane.rows, row), getattr(kept[lane.key].rows, row))


@pytest.mark.parametrize(
    "step", [0, *(pytest.param(step, marks=pytest.mark.long) for step in (33, 110))]
)
def test_a_ticket_taken_now_is_that_of_a_run_from_its_configuration(
    tmp_path: Path, step: int
) -> None:
    """Steps with and without a measurement; the seed that is added is behind the others."""
    config = tiny.tiny((DENSE, TICKET, L1), seeds=(3, 1), steps=130)
    orders: list[tuple[int, Order]] = [(step, ticket()), (7, seeds(9)), (5, ticket("ticket"))]
    if step < 100:  # the ticket has not begun to train
        orders[2] = 5, ticket(pruning_rate=0.8)
    lanes, events = extended(config, orders, tmp_path)
    dense, other = lanes.config.arms[-2:]
    assert dense.name == f"ticket-{step}"
    assert dense.mask_from == MaskFrom(arm="dense", at=step, plus=0)
    assert other.mask_from.arm == ("dense" if step < 100 else "ticket")
    assert lanes.config.seeds == (3, 1, 9)
    assert_equal(lanes, events)
    starts = [event for event in events if isinstance(event, LaneStarted)]
    masks = {(start.arm, start.seed): start.mask_step for start in starts}
    assert [masks[dense.name, seed] for seed in (3, 1, 9)] == [step] * 3


@pytest.mark.parametrize(
    "order",
    [
        ticket(method="snip", source=""),
        ticket(method="grasp", source=""),
        ticket(method="synflow", source=""),
        ticket(method="random", source=""),
        ticket(method="random", source="ticket", pruning_rate=0.0),
        ticket(method="shuffle", source="ticket", pruning_rate=0.0),
        ticket(method="shuffle", source="late", pruning_rate=0.0),
        ticket(source=""),
        ticket(method="none", source="", pruning_rate=0.0),
    ],
    ids=lambda order: f"{order.method} {order.source}",
)
def test_every_method_with_or_without_a_source(tmp_path: Path, order: TakeTicket) -> None:
    """Masks of arms that train, or that wait still, are to be had at any time."""
    late = msgspec.structs.replace(TICKET, name="late", mask_from=MaskFrom(arm="dense", at=60))
    config = tiny.tiny((DENSE, TICKET, late), steps=90)
    lanes, events = extended(config, [(45, order)], tmp_path)
    assert_equal(lanes, events)


def test_a_mask_of_an_arm_that_has_ended_is_read_from_what_it_left(tmp_path: Path) -> None:
    config = tiny.tiny((DENSE, TICKET, msgspec.structs.replace(TICKET, name="t", steps=30)))
    orders: list[tuple[int, Order]] = [
        (59, ticket(method="shuffle", source="t", pruning_rate=0.0)),
        (30, ticket("t")),
    ]
    lanes, events = extended(config, orders, tmp_path)
    assert lanes.config.arms[-1].mask_from.at == 30
    assert_equal(lanes, events)


@pytest.mark.long
def test_of_seeds_that_have_ended_at_steps_of_their_own_the_last_are_read(tmp_path: Path) -> None:
    longer = Arm(name="longer", stop_after_generalised=200)
    config = tiny.tiny((DENSE, longer), seeds=(0, 1), **LATE)
    lanes = tiny.experiment(config)
    events = tiny.run_on(lanes, begin=True, until=1)
    while any(("dense", seed) in lanes.running for seed in config.seeds):
        events += tiny.run_on(lanes, until=1)
    ends = {lanes.results["dense", seed].step for seed in config.seeds}
    assert len(ends) > 1
    events += obey(lanes, ticket(), tmp_path)
    assert lanes.config.arms[-1].name == "ticket-final"
    assert_equal(lanes, events + tiny.run_on(lanes))


def test_a_ticket_is_trained_as_its_source_is(tmp_path: Path) -> None:
    slow = Arm(name="slow", learning_rate=5e-3, weight_decay=0.5, steps=80)
    hard = Arm(name="hard", subset=Subset(score="random", fraction=0.5))
    config = tiny.tiny((DENSE, slow, hard))
    lanes, events = extended(config, [(20, ticket("slow")), (1, ticket("hard"))], tmp_path)
    first, second = lanes.config.arms[-2:]
    assert (first.learning_rate, first.weight_decay, first.steps) == (5e-3, 0.5, 80)
    assert second.subset == Subset()
    assert_equal(lanes, events)


def test_weights_that_are_gone_are_refused_and_nothing_changes(tmp_path: Path) -> None:
    config = tiny.tiny((DENSE, TICKET), seeds=(0, 1, 2), **LATE)
    lanes = tiny.experiment(config)
    lanes.begin()
    with pytest.raises(RunError, match="ticket has not begun to train: there are no weights"):
        obey(lanes, ticket("ticket"), tmp_path)
    while len([key for key in lanes.results if key[0] == "dense"]) != 1:
        tiny.run_on(lanes, until=1)
    tiny.run_on(lanes, until=1)
    (ended,) = [result for result in lanes.results.values() if result.arm == "dense"]
    now = lanes.running[next(key for key in lanes.running if key[0] == "dense")].step
    with pytest.raises(
        RunError,
        match=f"no weights of dense at step {now} in seed {ended.seed}, "
        f"which ended at step {ended.step}",
    ):
        obey(lanes, ticket(), tmp_path)
    assert lanes.config == config
    assert len(lanes.order) == 6


def test_what_no_preset_could_say_is_refused_in_its_words(tmp_path: Path) -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE, TICKET)))
    lanes.begin()
    refused: list[tuple[Order, str]] = [
        (ticket("nobody"), "no other arm is named nobody"),
        (ticket(pruning_rate=1.5), "expected a number at least 0 and below 1, got 1.5"),
        (ticket(method="explode"), "expected one of edge-popup"),
        (ticket(method="snip"), "method snip reads no other arm"),
        (ticket(name="dense"), "two arms are named dense"),
        (ticket(name="../x"), "expected a name of 1 to 40 small letters"),
        (seeds(0), "the same seed stands twice"),
        (seeds(-1), "expected a whole number from 0"),
    ]
    for order, sentence in refused:
        with pytest.raises(PresetError, match=sentence):
            obey(lanes, order, tmp_path)
    many = tiny.experiment(tiny.tiny([Arm(name=f"a{number}") for number in range(64)]))
    with pytest.raises(PresetError, match="arms: expected a list"):
        obey(many, ticket(source="", method="random"), tmp_path)
    with pytest.raises(PresetError, match="4160 lanes with 64 arms; expected at most 4096"):
        obey(many, seeds(*range(1, 65)), tmp_path)


def test_artifacts_that_are_damaged_are_refused(tmp_path: Path) -> None:
    config = tiny.tiny((DENSE, msgspec.structs.replace(TICKET, steps=300)), steps=40)
    lanes = tiny.experiment(config)
    tiny.run_on(lanes, begin=True, until=50)
    keep(lanes, tmp_path)
    lanes.finished.clear()
    path = tmp_path / artifacts.name("dense", 0)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1  # still a safetensors file
    path.write_bytes(data)
    with pytest.raises(
        RunError, match=r"dense-seed0\.safetensors is damaged: there are no weights"
    ):
        obey(lanes, ticket(), tmp_path)
    path.unlink()
    with pytest.raises(RunError, match=r"dense-seed0\.safetensors is missing"):
        obey(lanes, ticket(method="shuffle", pruning_rate=0.0), tmp_path)
    lanes.left.clear()  # as from an older checkpoint
    path.write_bytes(b"no tensors")
    with pytest.raises(PresetError, match="the artifact: it is not a whole safetensors file"):
        obey(lanes, ticket(), tmp_path)
    assert lanes.config == config


def test_names_are_numbered_where_they_are_taken(tmp_path: Path) -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE,)))
    lanes.begin()
    for _ in range(3):
        obey(lanes, ticket(), tmp_path)
    obey(lanes, ticket(method="random", source=""), tmp_path)
    obey(lanes, ticket(name="by-hand"), tmp_path)
    assert [arm.name for arm in lanes.config.arms[1:]] == [
        *("ticket-0", "ticket-0-2", "ticket-0-3", "random", "by-hand")
    ]


def test_what_is_added_is_told(tmp_path: Path) -> None:
    _, events = extended(tiny.tiny((DENSE,)), [(3, ticket()), (2, seeds(4, 2))], tmp_path)
    assert [event for event in events if isinstance(event, Extended)] == [
        Extended(arms=("ticket-3",), by="a test"),
        Extended(seeds=(4, 2), by="a test"),
    ]


def restored(lanes: Experiment, config: Config, folder: Path) -> tuple[Experiment, list[AnyEvent]]:
    """The experiment as its checkpoint has it, with the configuration that came later."""
    made, tensors = state.capture(lanes, "then", 0.0)
    copied = {name: tensor.clone() for name, tensor in tensors.items()}
    known = saved.begun_with(made, config, "now")
    assert known == lanes.config
    again = state.restore(known, lanes.placement, lambda: 0.0, made, copied)
    return again, extending.catch_up(again, config, folder, "now")


def test_a_checkpoint_from_before_the_extension_is_taken_on_with_it(tmp_path: Path) -> None:
    """Written at step 20, when the ticket of step 33 and the seed were not yet thought of."""
    lanes = tiny.experiment(tiny.tiny((DENSE, TICKET), steps=120))
    events = tiny.run_on(lanes, begin=True, until=20) + lanes.read()
    grown, _ = extended(lanes.config, [(33, ticket()), (3, seeds(5))], tmp_path)
    again, said = restored(lanes, grown.config, tmp_path)
    assert said[0] == Extended(arms=("ticket-33",), seeds=(5,), config_sha256="now")
    ended = [lane for lane in lanes.finished if lane.key not in again.running]
    assert not ended
    assert_equal(again, events + said + tiny.run_on(again))


def test_a_checkpoint_after_a_lane_that_is_read_has_ended(tmp_path: Path) -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE, msgspec.structs.replace(TICKET, steps=300))))
    tiny.run_on(lanes, begin=True, until=80)
    keep(lanes, tmp_path)
    config = extending.wanted(lanes, ticket())
    again, said = restored(lanes, config, tmp_path)
    assert tiny.started(said, "ticket-60").mask_step == 60
    del again


def test_a_configuration_that_was_changed_otherwise_is_refused(tmp_path: Path) -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE, TICKET), steps=80))
    tiny.run_on(lanes, begin=True, until=50)
    other = tiny.tiny((DENSE, TICKET, L1), steps=81)
    with pytest.raises(RunError, match="not the one that this run began with"):
        restored(lanes, other, tmp_path)
    passed = Arm(
        name="passed",
        method="magnitude",
        pruning_rate=0.5,
        mask_from=MaskFrom(arm="dense", at=10),
    )
    with pytest.raises(RunError, match="no weights of dense at step 10 in seed 0, which is at"):
        restored(lanes, tiny.tiny((DENSE, TICKET, passed), steps=80), tmp_path)


def test_a_lane_that_is_halted_ends_where_it_stands_and_its_dependants_with_it() -> None:
    config = tiny.tiny((DENSE, TICKET, SHUFFLE, L1), seeds=(0, 1))
    config = msgspec.structs.replace(config, probes=(Probe(probe="mask-distance", every=5),))
    lanes = tiny.experiment(config)
    events = tiny.run_on(lanes, begin=True, until=12) + lanes.read()
    events += lanes.halt(("dense", 0))
    assert tiny.ended(events, "dense") == LaneFinished(
        arm="dense", seed=0, step=12, reason="halted"
    )
    assert [event.seed for event in events if isinstance(event, Series)] == [0] * 2
    assert tiny.ended(events, "ticket").detail == (
        "dense was halted at step 12, so its mask never came"
    )
    assert tiny.ended(events, "shuffle").reason == "unavailable"
    made, tensors = state.capture(lanes, "", 0.0)
    again = state.restore(config, lanes.placement, lambda: 0.0, made, tensors)
    assert again.results["dense", 0].reason == "halted"
    assert ("dense", 0) not in again.running
    straight = tiny.run(config)
    events += tiny.run_on(lanes)
    for arm in ("dense", "ticket", "shuffle", "l1"):
        assert tiny.values(events, arm, 1) == tiny.values(straight, arm, 1)


def test_a_lane_that_waits_can_be_halted_and_one_that_was_halted_be_read(tmp_path: Path) -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE, TICKET, L1)))
    events = tiny.run_on(lanes, begin=True, until=5)
    events += lanes.halt(("l1", 0))
    assert tiny.ended(events, "l1").detail == "it was halted before it began"
    events += lanes.halt(("dense", 0))
    assert not lanes.running
    events += obey(lanes, ticket(), tmp_path)
    assert tiny.started(events, "ticket-5").mask_step == 5


def test_a_lane_that_was_halted_keeps_no_other_seed_from_being_read(tmp_path: Path) -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE,), seeds=(0, 1, 2)))
    events = tiny.run_on(lanes, begin=True, until=5)
    events += lanes.halt(("dense", 1))
    events += tiny.run_on(lanes, until=10)
    events += obey(lanes, ticket(), tmp_path)
    assert tiny.started(events, "ticket-15", 0).mask_step == 15
    assert tiny.ended(events, "ticket-15", 1).detail == (
        "dense was halted at step 5, so its mask never came"
    )
    events += lanes.halt(("dense", 0))
    events += tiny.run_on(lanes, until=2)
    events += lanes.halt(("dense", 2))
    with pytest.raises(RunError, match="halted at steps that differ and ended in no seed: there"):
        obey(lanes, ticket(), tmp_path)
    assert len(lanes.config.arms) == 2
