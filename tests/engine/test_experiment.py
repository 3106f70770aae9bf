"""Arms to lanes: who starts when, from what, until when; and that lanes do not touch each other."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
import torch

from grok_tui.protocol.arms import Arm, MaskFrom
from grok_tui.protocol.events import LaneFinished, LaneStarted, Measured, Reached, Warned
from tests.engine import tiny
from tests.engine.tiny import ALL, DENSE, L1, L2, RANDOM, SHUFFLE, TICKET


def ticket(name: str = "ticket", **source: object) -> Arm:
    return Arm(
        name=name,
        method="magnitude",
        pruning_rate=0.6,
        mask_from=MaskFrom(arm="dense", **source),  # type: ignore[arg-type]
    )


def test_the_same_seed_twice_gives_the_same_bits_and_another_seed_others() -> None:
    config = tiny.tiny(ALL, seeds=(0, 1))
    first, second = tiny.run(config), tiny.run(config)
    for arm in (arm.name for arm in ALL):
        assert tiny.values(first, arm) == tiny.values(second, arm)
    assert tiny.values(first, "dense", 0) != tiny.values(first, "dense", 1)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_lane_alone_has_the_bits_it_has_among_others(precision: str) -> None:
    together = tiny.run(tiny.tiny(ALL, seeds=(0, 1, 2), precision=precision))
    alone = tiny.run(tiny.tiny((DENSE,), seeds=(1,), precision=precision))
    assert tiny.values(together, "dense", 1) == tiny.values(alone, "dense", 1)
    random = tiny.run(tiny.tiny((RANDOM,), seeds=(2,), precision=precision))
    assert tiny.values(together, "random", 2) == tiny.values(random, "random", 2)


@pytest.mark.parametrize(("plus", "warned"), [(50, False), (2000, True)])
def test_a_mask_that_is_due_after_the_last_step_is_said_to_be_early(
    plus: int, warned: bool
) -> None:
    late = ticket(at="generalised", plus=plus)
    events = tiny.run(tiny.tiny((DENSE, late), steps=900, threshold=0.2, weight_decay=2.0))
    generalised = next(
        event for event in events if isinstance(event, Reached) and event.milestone == "generalised"
    )
    due = f"due at step {generalised.step + plus}"
    said = [event.sentence for event in events if isinstance(event, Warned)]
    assert any(due in sentence for sentence in said) == warned
    assert tiny.started(events, "ticket").mask_step == min(900, generalised.step + plus)


def test_removing_other_arms_changes_no_value_of_a_ticket() -> None:
    many, few = tiny.run(tiny.tiny(ALL)), tiny.run(tiny.tiny((DENSE, TICKET)))
    assert tiny.values(many, "ticket") == tiny.values(few, "ticket")
    assert tiny.values(many, "dense") == tiny.values(few, "dense")


def test_an_arm_that_needs_a_longer_life_of_another_moves_no_mask() -> None:
    recipe: dict[str, Any] = {
        "steps": 900,
        "threshold": 0.2,
        "weight_decay": 2.0,
        "stop_after_generalised": 10,
    }
    final, late = ticket(at="final"), ticket("late", at="generalised", plus=100)
    few = tiny.run(tiny.tiny((DENSE, final), **recipe))
    many = tiny.run(tiny.tiny((DENSE, final, late), **recipe))
    assert tiny.started(many, "late").mask_step == 90 + (tiny.started(few, "ticket").mask_step or 0)
    assert tiny.started(many, "ticket") == tiny.started(few, "ticket")
    assert tiny.values(many, "ticket") == tiny.values(few, "ticket")


def test_the_log_of_a_lane_that_nobody_needs_is_a_prefix_of_one_that_is_needed() -> None:
    recipe: dict[str, Any] = {
        "steps": 900,
        "threshold": 0.3,
        "weight_decay": 2.0,
        "stop_after_generalised": 5,
    }
    needed = tiny.run(tiny.tiny((DENSE, ticket(at="generalised", plus=40)), **recipe))
    alone = tiny.run(tiny.tiny((DENSE,), **recipe))
    short, long = tiny.values(alone, "dense"), tiny.values(needed, "dense")
    assert long[: len(short)] == short
    reached = tiny.reached(alone, "dense", "generalised")
    assert reached is not None
    assert tiny.ended(alone, "dense").step == reached.step + 5
    assert tiny.ended(needed, "dense").step == reached.step + 40
    assert tiny.ended(needed, "dense").reason == "generalised"
    assert short[-1][0] == reached.step + 5


def test_a_ticket_starts_exactly_so_many_steps_after_the_moment() -> None:
    events = tiny.run(tiny.tiny((DENSE, ticket(at="memorised", plus=7))))
    memorised = tiny.reached(events, "dense", "memorised")
    assert memorised is not None
    start = tiny.started(events, "ticket")
    assert (start.mask_arm, start.mask_step) == ("dense", memorised.step + 7)
    before = events[: events.index(start)]
    assert tiny.measured(before, "dense")[-1].step <= memorised.step + 7
    after = events[events.index(start) :]
    assert tiny.measured(after, "dense")[0].step > memorised.step + 7


def test_automatic_offset_is_the_time_in_which_decay_forgets() -> None:
    recipe: dict[str, Any] = {
        "steps": 900,
        "threshold": 0.3,
        "weight_decay": 2.0,
        "learning_rate": 1e-2,
    }
    events = tiny.run(tiny.tiny((DENSE, ticket(at="generalised")), **recipe))
    generalised = tiny.reached(events, "dense", "generalised")
    assert generalised is not None
    assert tiny.started(events, "ticket").mask_step == min(900, generalised.step + 50)


@pytest.mark.parametrize(("at", "step"), [("init", 0), (0, 0), (13, 13), ("final", 60), (60, 60)])
def test_moments_are_exact_steps(at: object, step: int) -> None:
    events = tiny.run(tiny.tiny((DENSE, ticket(at=at))))
    assert tiny.started(events, "ticket").mask_step == step


def test_a_step_off_the_grid_is_read_there_but_not_measured() -> None:
    events = tiny.run(tiny.tiny((DENSE, ticket(at=334)), steps=400))
    assert tiny.started(events, "ticket").mask_step == 334
    assert 334 not in [event.step for event in tiny.measured(events, "dense")]


def test_arms_that_need_the_same_moment_start_together() -> None:
    events = tiny.run(tiny.tiny((DENSE, ticket("a", at=20), ticket("b", at=20))))
    starts = [event for event in events if isinstance(event, LaneStarted)]
    first, second = (events.index(start) for start in starts[1:])
    assert second - first == 1  # nothing lies between


def test_the_mask_is_that_of_the_weights_at_the_moment() -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE, ticket(at=20))))
    lanes.begin()
    while ("ticket", 0) not in lanes.running:
        lanes.advance(1)
    dense, made = lanes.running["dense", 0], lanes.running["ticket", 0]
    assert dense.step == 20
    size = lanes.layout.packed(dense.rows.weights).abs()
    kept = lanes.layout.packed(made.rows.mask) == 1
    assert int(kept.sum()) == size.numel() - round(0.6 * size.numel())
    assert size[kept].min() > size[~kept].max()


def test_rewinding_to_init_gives_the_initial_weights_bit_for_bit() -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE, ticket(at=20))))
    lanes.begin()
    initial = lanes.running["dense", 0].rows.weights.clone()
    while ("ticket", 0) not in lanes.running:
        lanes.advance(1)
    made = lanes.running["ticket", 0]
    kept = made.rows.mask == 1
    assert torch.equal(made.rows.weights[kept], initial[kept])
    assert torch.equal(made.rows.weights[~kept], torch.zeros_like(initial[~kept]))


def test_rewinding_to_a_step_gives_the_weights_of_that_step() -> None:
    late = Arm(
        name="ticket",
        method="magnitude",
        pruning_rate=0.5,
        mask_from=MaskFrom(arm="dense", at=20),
        rewind_to=4,
    )
    lanes = tiny.experiment(tiny.tiny((DENSE, late)))
    tiny.run_on(lanes, begin=True, until=4)
    fourth = lanes.running["dense", 0].rows.weights.clone()
    events = []
    while ("ticket", 0) not in lanes.running:
        events += lanes.advance(1)
    made = lanes.running["ticket", 0]
    assert torch.equal(made.rows.weights, fourth * made.rows.mask)
    assert tiny.started(events, "ticket").rewind_step == 4


def test_lanes_of_a_seed_share_split_and_initial_weights() -> None:
    events = tiny.run(tiny.tiny(ALL))
    assert len({tiny.started(events, arm.name).split_sha256 for arm in ALL}) == 1
    start = tiny.started(events, "ticket")
    assert start.kept == start.parameters - round(0.6 * start.parameters)
    assert sum(layer.kept for layer in start.layers) == start.kept


@pytest.mark.parametrize("arm", [L1, L2])
def test_a_controlled_dense_arm_starts_with_the_norm_of_the_ticket(arm: Arm) -> None:
    events = tiny.run(tiny.tiny((DENSE, TICKET, arm)))
    norm = f"{arm.scale_to.norm}_norm"
    ours = getattr(tiny.measured(events, arm.name)[0], norm)
    assert ours == pytest.approx(getattr(tiny.measured(events, "ticket")[0], norm), rel=1e-6)
    start = tiny.started(events, arm.name)
    assert start.kept == start.parameters
    ratio = getattr(tiny.started(events, "ticket"), f"{arm.scale_to.norm}_ratio")
    assert start.scale == pytest.approx(ratio, rel=1e-6)


def test_a_shuffled_mask_has_the_layer_counts_of_the_ticket_but_other_bits() -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE, TICKET, SHUFFLE)))
    events = tiny.run_on(lanes, begin=True)
    assert tiny.started(events, "shuffle").layers == tiny.started(events, "ticket").layers
    masks = {lane.arm: lane.rows.mask for lane in lanes.finished}
    assert not torch.equal(masks["shuffle"], masks["ticket"])
    assert tiny.started(events, "shuffle").mask_arm == "ticket"


def test_what_never_comes_ends_all_that_wait_for_it_with_a_sentence() -> None:
    never = ticket(at="generalised")
    events = tiny.run(tiny.tiny((DENSE, never, L1, SHUFFLE), steps=20, threshold=0.99))
    assert tiny.ended(events, "dense").reason == "steps"
    end = tiny.ended(events, "ticket")
    assert (end.step, end.reason) == (0, "unavailable")
    assert end.detail == "dense did not generalise in 20 steps, so its mask never came"
    for arm in ("l1", "shuffle"):
        assert tiny.ended(events, arm).reason == "unavailable"
        assert tiny.ended(events, arm).detail.startswith("ticket never started")


def test_a_diverged_lane_ends_alone_and_nothing_infinite_is_logged() -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE, RANDOM, ticket(at=30))))
    events = lanes.begin()
    lanes.running["dense", 0].rows.weights[0] = math.nan
    events += tiny.run_on(lanes)
    assert tiny.ended(events, "dense").reason == "diverged"
    assert tiny.ended(events, "ticket").detail.startswith("dense diverged by step 0")
    assert tiny.ended(events, "random").reason == "steps"
    for event in events:
        if isinstance(event, Measured):
            assert all(math.isfinite(number) for number in (event.train_loss, event.l2_norm))


def test_weights_that_are_not_finite_are_no_mask() -> None:
    lanes = tiny.experiment(tiny.tiny((DENSE, ticket(at=334)), steps=400))
    events = lanes.begin()
    events += tiny.run_on(lanes, until=333)
    lanes.running["dense", 0].rows.weights[0] = math.inf
    events += tiny.run_on(lanes)
    assert tiny.ended(events, "dense").reason == "diverged"
    assert tiny.ended(events, "ticket").reason == "unavailable"


def test_milestones_are_first_crossings_and_say_how_exact_they_are() -> None:
    events = tiny.run(tiny.tiny((DENSE,), steps=900, threshold=0.3, weight_decay=2.0))
    for event in events:
        if not isinstance(event, Reached):
            continue
        name = "train_accuracy" if event.milestone == "memorised" else "test_accuracy"
        lane = tiny.measured(events, "dense")
        above = [measure.step for measure in lane if getattr(measure, name) > 0.3]
        steps = [measure.step for measure in lane]
        assert event.step == above[0]
        assert event.resolution == event.step - steps[steps.index(event.step) - 1]


def test_every_lane_ends_once_and_the_results_say_how() -> None:
    lanes = tiny.experiment(tiny.tiny(ALL, seeds=(0, 1)))
    events = tiny.run_on(lanes, begin=True)
    ends = [event for event in events if isinstance(event, LaneFinished)]
    assert sorted((end.arm, end.seed) for end in ends) == sorted(lanes.order)
    for end in ends:
        assert lanes.result((end.arm, end.seed)).reason == end.reason
    dense = lanes.result(("dense", 0))
    assert dense.t_mem is not None
    assert (dense.t_gen is None) == (dense.tau_grok is None)


def test_a_ticket_whose_mask_forgot_its_weights_is_warned_about() -> None:
    late = ticket(at="final")
    recipe: dict[str, Any] = {"steps": 600, "learning_rate": 3e-2, "weight_decay": 5.0}
    events = tiny.run(tiny.tiny((DENSE, late), **recipe))
    start = tiny.started(events, "ticket")
    assert start.l1_ratio <= 0.41
    assert [event for event in events if isinstance(event, Warned)]
    early = tiny.run(tiny.tiny((DENSE, ticket(at=0))))
    assert tiny.started(early, "ticket").l1_ratio > 0.41
    assert not [event for event in early if isinstance(event, Warned)]


def test_a_ticket_that_keeps_nearly_all_is_not_said_to_have_forgotten() -> None:
    whole = msgspec.structs.replace(TICKET, pruning_rate=0.0)
    events = tiny.run(tiny.tiny((DENSE, whole)))
    assert tiny.started(events, "ticket").l1_ratio == 1
    assert not [event for event in events if isinstance(event, Warned)]


def test_nothing_is_kept_that_no_waiting_lane_needs() -> None:
    lanes = tiny.experiment(tiny.tiny(ALL))
    tiny.run_on(lanes, begin=True)
    assert not lanes.store.snapshots
    assert not lanes.store.masks
