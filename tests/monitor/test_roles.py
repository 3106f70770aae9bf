"""Which part an arm plays: what differs in more than its mask and scale plays none."""

from __future__ import annotations

import msgspec
import pytest

from grok_tui.monitor.arms import arm_rows
from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.roles import baselines, recipe_role, sparsity
from grok_tui.monitor.verdict import judge
from grok_tui.protocol.arms import Arm, MaskFrom, ScaleTo, Subset, Teacher
from grok_tui.protocol.config import Config, Train
from grok_tui.protocol.tasks import ModularAddition, ModularMultiplication
from tests import fakes

LATE = MaskFrom(arm="dense", at="generalised")
DENSE = Arm(name="dense")
TICKET = Arm(name="ticket", method="magnitude", pruning_rate=0.6, mask_from=LATE)
TRAIN = Train(steps=5000, learning_rate=3e-3)
MULTIPLY = ModularMultiplication()


def config_of(*arms: Arm) -> Config:
    return Config(title="Roles", task=ModularAddition(), arms=arms, train=TRAIN)


def role_of(arm: Arm, *others: Arm) -> str:
    return recipe_role(config_of(DENSE, *others, arm), arm)


def changed(arm: Arm, **changes: object) -> Arm:
    return msgspec.structs.replace(arm, **changes)


def test_roles_come_from_the_recipe_not_from_the_name() -> None:
    assert role_of(Arm(name="ticket")) == "dense"
    assert role_of(changed(TICKET, name="another-dense")) == "ticket"
    assert role_of(Arm(name="x", scale_to=ScaleTo(arm="ticket"))) == "norm control"


@pytest.mark.parametrize("method", ["snip", "grasp", "synflow", "random", "magnitude"])
def test_masks_from_the_initial_weights_are_controls_for_sparsity(method: str) -> None:
    assert role_of(Arm(name="x", method=method, pruning_rate=0.6)) == "sparsity control"


@pytest.mark.parametrize("method", ["shuffle", "random"])
def test_so_are_masks_that_take_the_counts_of_another(method: str) -> None:
    arm = Arm(name="x", method=method, mask_from=MaskFrom(arm="ticket"))
    assert role_of(arm, TICKET) == "sparsity control"


ROUND_1 = changed(TICKET, name="round-1", pruning_rate=0.3)
ROUND_2 = changed(TICKET, name="round-2", mask_from=MaskFrom(arm="round-1", at="final"))


def test_rounds_that_are_rewound_to_the_same_start_are_tickets() -> None:
    assert role_of(ROUND_1) == "ticket"
    assert role_of(ROUND_2, ROUND_1) == "ticket"


def test_a_round_rewound_to_a_later_step_is_something_else() -> None:
    assert role_of(changed(ROUND_2, rewind_to=100, rewind_arm="dense"), ROUND_1) == "other"


OTHERS = {
    "redrawn": {"init": "redrawn"},
    "rewound late": {"rewind_to": "final"},
    "rewound to a step": {"rewind_to": 10},
    "part of the data": {"subset": Subset(score="el2n", fraction=0.8, arms=("dense",))},
    "a random part": {"subset": Subset(score="random", fraction=0.8)},
    "a teacher": {"teacher": Teacher(arm="dense")},
    "another task": {"task": MULTIPLY},
    "another learning rate": {"learning_rate": 1e-2},
    "no decay": {"weight_decay": 0.0},
}


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize(
    "arm",
    [
        Arm(name="x"),
        changed(TICKET, name="x"),
        Arm(name="x", scale_to=ScaleTo(arm="ticket")),
        Arm(name="x", method="snip", pruning_rate=0.6),
        Arm(name="x", method="shuffle", mask_from=MaskFrom(arm="ticket")),
    ],
    ids=["dense", "ticket", "scaled", "snip", "shuffled"],
)
def test_what_differs_in_more_than_its_mask_and_scale_has_no_part(
    arm: Arm, changes: dict[str, object]
) -> None:
    assert role_of(arm, TICKET) != "other"
    assert role_of(changed(arm, **changes), TICKET) == "other"


def test_edge_popup_trains_its_mask_and_has_no_part() -> None:
    assert role_of(Arm(name="x", method="edge-popup", pruning_rate=0.6)) == "other"


def test_more_steps_the_runs_own_values_and_other_words_change_nothing() -> None:
    same = changed(
        TICKET,
        steps=9000,
        stop_after_generalised=10,
        learning_rate=3e-3,
        weight_decay=1.0,
        task=ModularAddition(about="The same, in other words."),
    )
    assert role_of(same) == "ticket"


@pytest.mark.parametrize(
    "changes",
    [{"task": MULTIPLY}, {"init": "redrawn"}, OTHERS["a teacher"], OTHERS["a random part"]],
)
def test_a_mask_of_a_network_that_learnt_something_else_is_no_ticket(
    changes: dict[str, object],
) -> None:
    source = Arm(name="source", **changes)  # type: ignore[arg-type]
    moved = changed(TICKET, mask_from=MaskFrom(arm="source", at="generalised"))
    assert role_of(moved, source) == "other"
    first = changed(moved, name="round-1")
    assert role_of(changed(ROUND_2), source, first) == "other"


def test_a_mask_of_edge_popup_is_no_ticket() -> None:
    source = Arm(name="source", method="edge-popup", pruning_rate=0.6)
    moved = changed(TICKET, mask_from=MaskFrom(arm="source", at="final"))
    assert role_of(moved, source) == "other"


def test_a_source_with_an_optimiser_of_its_own_still_makes_tickets() -> None:
    source = Arm(name="source", weight_decay=0.5)
    assert role_of(changed(TICKET, mask_from=MaskFrom(arm="source", at="final")), source) == (
        "ticket"
    )


def test_equal_sparsity_is_of_equal_shares_of_the_same_matrices() -> None:
    shuffled = Arm(name="s", method="shuffle", mask_from=MaskFrom(arm="ticket"))
    twice = Arm(name="ss", method="shuffle", mask_from=MaskFrom(arm="s"))
    layers = Arm(name="r", method="random", mask_from=MaskFrom(arm="ticket"))
    lost = Arm(name="l", method="shuffle", mask_from=MaskFrom(arm="nobody"))
    config = config_of(DENSE, TICKET, shuffled, twice, layers, lost)
    wanted = sparsity(config, TICKET)
    assert [sparsity(config, arm) == wanted for arm in (shuffled, twice, layers)] == [True] * 3
    assert sparsity(config, lost) != wanted
    plain = Arm(name="x", method="random", pruning_rate=0.6)
    assert sparsity(config, plain) == wanted
    for changes in ({"pruning_rate": 0.5}, {"exclude": ("W_E",)}, {"layer_rates": {"W_E": 0.1}}):
        assert sparsity(config, changed(plain, **changes)) != wanted


def test_each_task_has_a_dense_arm_of_its_own() -> None:
    other_dense = Arm(name="other-dense", task=MULTIPLY)
    other_ticket = changed(TICKET, name="other-ticket", task=MULTIPLY)
    config = config_of(
        Arm(name="fast-dense", learning_rate=1e-2), DENSE, TICKET, other_dense, other_ticket
    )
    assert baselines(config) == {
        "fast-dense": "dense",
        "dense": "dense",
        "ticket": "dense",
        "other-dense": "other-dense",
        "other-ticket": "other-dense",
    }
    assert baselines(config_of(TICKET)) == {}


def test_a_speed_is_that_of_the_dense_arm_of_the_same_task() -> None:
    times = {"dense": 1000, "ticket": 100, "other-dense": 600, "other-ticket": 60}
    config = config_of(
        DENSE,
        TICKET,
        Arm(name="other-dense", task=MULTIPLY),
        changed(TICKET, name="other-ticket", task=MULTIPLY),
    )
    found = [
        event
        for arm, t_gen in times.items()
        for event in fakes.lane_events(
            config, arm, 0, fate=fakes.Fate(40, t_gen), steps=[0, 40, t_gen], mask_step=5000
        )
    ]
    rows = arm_rows(config, fold(EMPTY, found))
    assert [row.speedup for row in rows] == [1, 10, 1, 10]


def test_a_run_of_arms_without_a_part_tests_nothing() -> None:
    config = config_of(DENSE, changed(TICKET, teacher=Teacher(arm="dense")))
    assert judge(config, EMPTY).statuses == ("not tested",) * 3
