"""Edge-popup trains scores: the mask follows them, exactly as full at every step."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from grok_tui.engine.lanes import Layout
from grok_tui.engine.pruning.edge_popup import initial_scores, remask
from grok_tui.engine.pruning.masks import keep_best
from grok_tui.protocol.arms import Arm, Scores, Teacher
from tests.engine import tiny

FROZEN = Scores()
MOVING = Scores(freeze_weights=False)


def popup(scores: Scores = FROZEN, **recipe: Any) -> Arm:
    return Arm(
        name="popup",
        method="edge-popup",
        pruning_rate=0.6,
        scope="layer",
        scores=scores,
        **({"rewind_to": "memorised", "rewind_arm": "dense"} | recipe),
    )


def test_scores_start_uniform_within_one_over_the_root_of_the_inputs() -> None:
    layout = Layout({"W_E": (300, 100), "W_U": (400, 50), "b_in": (7,)})
    views = layout.views(initial_scores(layout, "popup", 0))
    assert 0.99 / math.sqrt(100) < views["W_E"].abs().max() <= 1 / math.sqrt(100)
    assert 0.99 / math.sqrt(400) < views["W_U"].abs().max() <= 1 / math.sqrt(400)
    assert abs(float(views["W_E"].mean())) < 0.001
    assert not views["b_in"].any()


@pytest.mark.parametrize("gone", [1, 4, 9])
def test_the_mask_is_that_of_the_one_rule_for_ties(gone: int) -> None:
    noise = torch.Generator().manual_seed(gone)
    scores = torch.randint(-3, 4, (40, 10), generator=noise).float()
    masks = torch.zeros(40, 10)
    remask({"a": scores}, {"a": gone}, {"a": masks})
    for row, mask in zip(scores, masks, strict=True):
        assert mask.tolist() == keep_best(row.abs(), gone).tolist()


@pytest.mark.parametrize("seeds", [(0,), (0, 1)])
@pytest.mark.parametrize("width", [1, 2])
def test_frozen_weights_stay_bit_for_bit_and_the_mask_exactly_as_full(
    seeds: tuple[int, ...], width: int
) -> None:
    lanes = tiny.experiment(tiny.tiny((tiny.DENSE, popup()), seeds))
    lanes.stack._width = width
    tiny.run_on(lanes, begin=True, until=48)
    running = [lane for lane in lanes.running.values() if lane.arm == "popup"]
    assert len(running) == len(seeds)
    before = [(lane.rows.weights.clone(), lane.rows.mask.clone()) for lane in running]
    tiny.run_on(lanes, until=9)
    for lane, (weights, mask) in zip(running, before, strict=True):
        assert torch.equal(lane.rows.weights, weights)
        assert not torch.equal(lane.rows.mask, mask)
        assert set(lane.rows.mask.tolist()) == {0.0, 1.0}
        for name, view in lanes.layout.views(lane.rows.mask).items():
            assert int((view == 0).sum()) == round(0.6 * view.numel()), name


def test_it_starts_from_the_weights_that_it_rewinds_to() -> None:
    lanes = tiny.experiment(tiny.tiny((tiny.DENSE, popup())))
    events = tiny.run_on(lanes, begin=True)
    memorised = tiny.reached(events, "dense", "memorised")
    assert memorised is not None
    assert tiny.started(events, "popup").rewind_step == memorised.step
    assert (
        tiny.measured(events, "popup")[-1].train_loss < tiny.measured(events, "popup")[0].train_loss
    )


def test_weights_that_are_not_frozen_move_where_the_mask_keeps_them() -> None:
    moved = tiny.values(tiny.run(tiny.tiny((tiny.DENSE, popup(MOVING)))), "popup")
    frozen = tiny.values(tiny.run(tiny.tiny((tiny.DENSE, popup()))), "popup")
    assert moved[0] == frozen[0]
    assert moved[-1] != frozen[-1]


def test_the_gradient_of_a_score_is_that_of_its_masked_weight_times_weight_and_sign() -> None:
    lanes = tiny.experiment(
        tiny.tiny((popup(rewind_to="init", rewind_arm=""),), precision="float64")
    )
    lanes.begin()
    (block,) = lanes.stack._blocks
    (lane,) = block.lanes
    assert lane.popup is not None
    scores, before = lane.popup.rows, lane.popup.rows.weights.clone()
    with torch.inference_mode():
        block.slopes()
        slopes = lane.rows.gradient.clone()
        block.step()
    assert torch.allclose(scores.gradient, slopes * lane.rows.weights * before.sign())
    # the first update of AdamW is a step of one learning rate, after the decay of the scores
    rate = lane.popup.train.learning_rate
    wanted = before * (1 - rate) - rate * scores.gradient.sign()
    moved = scores.gradient.abs() > 1e-6
    assert torch.allclose(scores.weights[moved], wanted[moved], atol=1e-4)


def test_a_teacher_counts_its_updates_though_the_weights_are_frozen() -> None:
    """The weight of a teacher's answers grows from nothing with the updates."""
    ramps = []
    for ramp in (0.0, 1.0):
        arm = popup(teacher=Teacher(arm="dense", at="memorised", logits=50.0, ramp=ramp))
        ramps.append(tiny.values(tiny.run(tiny.tiny((tiny.DENSE, arm))), "popup"))
    plain = tiny.values(tiny.run(tiny.tiny((tiny.DENSE, popup()))), "popup")
    assert ramps[0][5] != ramps[1][5]
    assert ramps[1][5] != plain[5]


def test_scores_decay_only_as_they_are_told() -> None:
    """With no gradient (a weight of zero) only decay moves a score."""
    ends = []
    for decay in (0.0, 1.0):
        arm = popup(Scores(weight_decay=decay), rewind_to="init", rewind_arm="")
        lanes = tiny.experiment(tiny.tiny((arm,)))
        lanes.begin()
        (lane,) = lanes.running.values()
        assert lane.popup is not None
        lane.rows.weights.zero_()
        start = lane.popup.rows.weights.clone()
        lanes.stack.hold([])
        lanes.stack.hold([lane])
        lanes.stack.launch(10, {})
        ends.append((lane.popup.rows.weights, start))
    (kept, start), (decayed, _) = ends
    assert torch.equal(kept, start)
    assert torch.allclose(decayed, start * (1 - 1e-2) ** 10, rtol=1e-4)
