"""Settings of an arm that its method would not use, or that contradict each other."""

from __future__ import annotations

import pytest

from tests.protocol.rules.refusals import POPUP, TICKET, Table, experiment, refusal

RANDOM: Table = {"name": "random", "method": "random", "pruning_rate": 0.5}
BY_MASK: Table = {"name": "random", "method": "random", "mask_from": {"arm": "ticket"}}
SHUFFLED: Table = {"name": "shuffled", "method": "shuffle", "mask_from": {"arm": "ticket"}}
PLAIN: Table = {"name": "plain"}


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        (PLAIN | {"method": "lasso"}, "method: expected one of edge-popup, grasp"),
        (PLAIN | {"pruning_rate": 0.5}, "pruning_rate: method none ranks no weights; expected 0"),
        (SHUFFLED | {"scope": "layer"}, "scope: method shuffle ranks no weights; expected global"),
        (
            BY_MASK | {"pruning_rate": 0.5},
            "pruning_rate: as many are removed as the mask of ticket",
        ),
        (BY_MASK | {"scope": "layer"}, "scope: as many are removed as the mask of ticket has"),
        (
            SHUFFLED | {"layer_rates": {"W_E": 0.5}},
            "layer_rates: method shuffle ranks no weights; expected none",
        ),
        (
            RANDOM | {"layer_rates": {"W_E": 0.5}},
            "scope: global ranks all weights together; expected layer with layer_rates",
        ),
        (
            RANDOM | {"layer_rates": {"W_E": 1.0}},
            "layer_rates: expected a number at least 0 and below 1 for each, got {'W_E': 1.0}",
        ),
        (
            RANDOM | {"scope": "layer", "layer_rates": {"W_X": 0.5}},
            "layer_rates: there is no matrix W_X; expected W_E, W_in, W_out, W_U",
        ),
        (RANDOM | {"exclude": ["W_F"]}, "exclude: there is no matrix W_F; expected W_E, W_in"),
        (RANDOM | {"exclude": ["W_E", "W_E"]}, "exclude: the same matrix stands twice"),
        (RANDOM | {"exclude": ["W_E", "W_in", "W_out", "W_U"]}, "exclude: all matrices; expected"),
        (PLAIN | {"exclude": ["W_E"]}, "exclude: method none prunes nothing; expected none"),
        (
            RANDOM | {"scope": "layer", "exclude": ["W_E"], "layer_rates": {"W_E": 0.5}},
            "layer_rates: W_E is excluded; expected no rate for it",
        ),
    ],
)
def test_how_much_is_pruned_where_is_said_once(arm: Table, expected: str) -> None:
    assert refusal(TICKET, arm).startswith(f"arms.{arm['name']}.{expected}")


def test_a_bias_is_no_matrix_that_could_be_named() -> None:
    model = {"kind": "transformer", "biases": True}
    text = refusal(RANDOM | {"exclude": ["b_in"]}, model=model)
    assert text.startswith("arms.random.exclude: there is no matrix b_in; expected W_E, W_Q")
    assert "b_out" not in text


@pytest.mark.parametrize("method", ["none", "snip", "grasp", "synflow", "edge-popup"])
def test_a_method_that_reads_no_other_arm_is_given_none(method: str) -> None:
    arm = {"name": "own", "method": method, "mask_from": {"arm": "dense"}}
    expected = f"arms.own.mask_from: method {method} reads no other arm; expected none"
    assert refusal(arm) == expected


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        (SHUFFLED | {"mask_from": {}}, "mask_from.arm: shuffle takes a mask; expected the arm"),
        (
            BY_MASK | {"mask_from": {"arm": "ticket", "at": "final"}},
            "mask_from.at: an arm's mask never changes; expected init",
        ),
        (
            BY_MASK | {"mask_from": {"arm": "ticket", "plus": 5}},
            "mask_from.plus: an arm's mask never changes; expected auto",
        ),
        (RANDOM | {"mask_from": {"at": "final"}}, "mask_from.arm: empty, so no moment can be read"),
    ],
)
def test_a_mask_is_read_of_an_arm_and_at_no_time(arm: Table, expected: str) -> None:
    assert refusal(TICKET, arm).startswith(f"arms.{arm['name']}.{expected}")


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        (PLAIN | {"rewind_arm": "dense"}, "rewind_arm: rewind_to is init, which all arms share"),
        (PLAIN | {"rewind_to": "final"}, "rewind_to: no arm is named whose weights those are"),
        (
            PLAIN | {"rewind_to": 0, "rewind_arm": "dense", "init": "redrawn"},
            "init: weights that are rewound are not drawn anew; expected shared",
        ),
        (PLAIN | {"init": "new"}, "init: expected one of redrawn, shared, got 'new'"),
        (
            PLAIN | {"rewind_to": 5, "rewind_arm": "dense", "scale_to": {"arm": "ticket"}},
            "rewind_to: only initial weights are scaled; expected init",
        ),
        (
            RANDOM | {"scale_to": {"arm": "ticket"}},
            "scale_to: only an arm with method none is scaled; expected none",
        ),
        (PLAIN | {"scale_to": {"norm": "l1"}}, "scale_to.arm: empty, so no norm is matched"),
    ],
)
def test_an_arm_starts_from_one_thing(arm: Table, expected: str) -> None:
    assert refusal(TICKET, arm).startswith(f"arms.{arm['name']}.{expected}")


def test_any_arm_may_start_from_the_weights_of_another() -> None:
    config = experiment(PLAIN | {"rewind_to": "memorised", "rewind_arm": "dense"})
    assert config.arm("plain").waits_for == ("dense",)


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        (POPUP | {"scope": "global"}, "scope: edge-popup keeps the best of each matrix; expected"),
        (POPUP | {"scale_to": {"arm": "ticket"}}, "scale_to: only an arm with method none"),
        (POPUP | {"weight_decay": 0}, "weight_decay: the weights are frozen; expected scores.wei"),
        (POPUP | {"learning_rate": 1}, "learning_rate: the weights are frozen; expected scores.le"),
        (POPUP | {"scores": {"weight_decay": -1}}, "scores.weight_decay: expected a number from 0"),
        (RANDOM | {"scores": {"weight_decay": 0}}, "scores: method random trains no scores"),
    ],
)
def test_edge_popup_trains_scores_of_each_matrix(arm: Table, expected: str) -> None:
    assert refusal(TICKET, arm).startswith(f"arms.{arm['name']}.{expected}")


def test_edge_popup_may_train_weights_beside_its_scores() -> None:
    free = {"weight_decay": 0.1, "scores": {"weight_decay": 0, "freeze_weights": False}}
    assert experiment(POPUP | free).arm("popup").scores.weight_decay == 0


def test_synflow_is_refused_where_its_scores_would_be_zero() -> None:
    arm = {"name": "flow", "method": "synflow", "pruning_rate": 0.6}
    text = refusal(arm, model={"kind": "transformer"})
    assert text.startswith("arms.flow.method: synflow's even input makes all scores of queries")
    assert experiment(arm).arm("flow").method == "synflow"
