"""What an arm takes of other arms: who they are, at which moment, and of which task."""

from __future__ import annotations

import pytest

from tests.protocol.rules.refusals import POPUP, TICKET, Table, experiment, refusal

SHORT: Table = {"name": "short", "steps": 100}
OTHER: Table = {"name": "other", "task": {"kind": "modular-multiplication"}}
SPLIT: Table = {"name": "split", "task": {"kind": "modular-addition", "train_fraction": 0.6}}


@pytest.mark.parametrize(
    ("arm", "key"),
    [
        ({"method": "magnitude", "mask_from": {"arm": "nobody"}}, "mask_from.arm"),
        ({"rewind_to": 5, "rewind_arm": "nobody"}, "rewind_arm"),
        ({"scale_to": {"arm": "nobody"}}, "scale_to.arm"),
        ({"teacher": {"arm": "nobody"}}, "teacher.arm"),
        (
            {"subset": {"score": "el2n", "fraction": 0.5, "arms": ["dense", "nobody"]}},
            "subset.arms[1]",
        ),
    ],
)
def test_an_arm_that_is_named_is_another_one_of_the_experiment(arm: Table, key: str) -> None:
    text = refusal({"name": "own", **arm})
    assert text == f"arms.own.{key}: no other arm is named nobody; expected dense"


def test_an_arm_takes_nothing_of_itself() -> None:
    arm = {"name": "own", "rewind_to": 5, "rewind_arm": "own"}
    assert refusal(arm) == "arms.own.rewind_arm: no other arm is named own; expected dense"


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        (
            {"method": "magnitude", "mask_from": {"arm": "short", "at": 101}},
            "mask_from.at: step 101",
        ),
        (
            {"method": "magnitude", "mask_from": {"arm": "short", "at": 90, "plus": 11}},
            "mask_from.plus: ends after the last step of short; expected at most 10",
        ),
        (
            {"method": "magnitude", "mask_from": {"arm": "short", "at": "memorised", "plus": 101}},
            "mask_from.plus: ends after the last step of short; expected at most 100",
        ),
        (
            {"method": "magnitude", "mask_from": {"arm": "short", "at": "final", "plus": 1}},
            "mask_from.plus: no step is after the final one; expected 0",
        ),
        (
            {"rewind_to": 101, "rewind_arm": "short"},
            "rewind_to: step 101 is after the last of short",
        ),
        (
            {"teacher": {"arm": "short", "at": 101}},
            "teacher.at: step 101 is after the last of short",
        ),
        ({"teacher": {"arm": "short", "at": 60, "plus": 60}}, "teacher.plus: ends after the last"),
        (
            {"subset": {"score": "grand", "fraction": 0.5, "arms": ["short"], "at": 101}},
            "subset.at: step 101 is after the last of short, 100",
        ),
    ],
)
def test_a_moment_lies_within_the_steps_of_the_arm_that_is_looked_at(
    arm: Table, expected: str
) -> None:
    assert refusal(SHORT, {"name": "own", **arm}).startswith(f"arms.own.{expected}")


def test_the_steps_of_the_arm_that_looks_do_not_count() -> None:
    late = {"name": "late", "steps": 10, "rewind_to": 100, "rewind_arm": "short"}
    assert experiment(SHORT, late).arm("late").rewind_to == 100


@pytest.mark.parametrize("decay", [{"weight_decay": 0}, {"learning_rate": 0.1, "weight_decay": 0}])
def test_without_decay_no_wait_can_be_worked_out(decay: Table) -> None:
    still = {"name": "still", **decay}
    arm = TICKET | {"mask_from": {"arm": "still", "at": "generalised"}}
    text = refusal(still, arm)
    assert text.startswith("arms.ticket.mask_from.plus: auto is 1 / (learning_rate x weight_decay)")
    assert experiment(still, TICKET).arm("ticket").mask_from.arm == "dense", "which does decay"


@pytest.mark.parametrize(
    ("arm", "key"),
    [
        ({"method": "shuffle", "mask_from": {"arm": "popup"}}, "mask_from.arm"),
        ({"method": "random", "mask_from": {"arm": "popup"}}, "mask_from.arm"),
        ({"method": "magnitude", "mask_from": {"arm": "popup"}}, "mask_from.arm"),
        ({"scale_to": {"arm": "popup"}}, "scale_to.arm"),
    ],
)
def test_a_mask_that_changes_is_not_read(arm: Table, key: str) -> None:
    text = refusal(POPUP, {"name": "own", **arm})
    assert text.startswith(f"arms.own.{key}: the mask of popup changes at every step; expected")


@pytest.mark.parametrize("own", [{"rewind_to": 20}, {"init": "redrawn"}])
def test_a_norm_is_matched_on_the_weights_that_both_start_from(own: Table) -> None:
    control = {"name": "control", "scale_to": {"arm": "ticket"}}
    text = refusal(TICKET | own, control)
    assert text.startswith("arms.control.scale_to.arm: control and ticket start from different")
    text = refusal(TICKET, control | {"init": "redrawn"})
    assert text.startswith("arms.control.scale_to.arm: control and ticket start from different")


@pytest.mark.parametrize("source", [OTHER, SPLIT], ids=["another task", "another split"])
@pytest.mark.parametrize(
    ("arm", "key"),
    [
        ({"rewind_to": "final", "rewind_arm": "SOURCE"}, "rewind_arm"),
        (
            {"method": "magnitude", "mask_from": {"arm": "SOURCE"}, "rewind_to": 5},
            "mask_from.arm",
        ),
        ({"teacher": {"arm": "SOURCE"}}, "teacher.arm"),
        (
            {"subset": {"score": "el2n", "fraction": 0.5, "arms": ["dense", "SOURCE"]}},
            "subset.arms[1]",
        ),
    ],
)
def test_weights_and_answers_come_from_an_arm_with_the_same_test_set(
    source: Table, arm: Table, key: str
) -> None:
    own = {"name": "own", **_named(arm, source["name"])}
    text = refusal(source, own)
    assert text.startswith(f"arms.own.{key}: {source['name']} learns ")
    assert " with another split" in text


def _named(value: object, name: str) -> Table:
    """The recipe with the name of the arm that it looks at."""
    if isinstance(value, dict):
        return {key: _named(inner, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, name) for inner in value]  # type: ignore[return-value]
    return name if value == "SOURCE" else value  # type: ignore[return-value]


@pytest.mark.parametrize("key", ["train_fraction", "both_orders"])
def test_the_mask_of_trained_weights_does_not_come_from_another_split(key: str) -> None:
    value = 0.6 if key == "train_fraction" else True
    arm = {"name": "own", "method": "magnitude", "mask_from": {"arm": "split", "at": "final"}}
    source = {"name": "split", "task": {"kind": "modular-addition", key: value}}
    text = refusal(source, arm, model="transformer")
    assert text.startswith("arms.own.mask_from.arm: split learns the same with another split, so")
    permuted = {"name": "own", "method": "shuffle", "mask_from": {"arm": "split"}}
    assert experiment(source, permuted, model="transformer").arm("own") is not None


def test_a_mask_alone_may_come_from_another_task() -> None:
    arm = {"name": "own", "method": "magnitude", "mask_from": {"arm": "other", "at": "final"}}
    assert experiment(OTHER, arm).arm("own").mask_from.arm == "other"


def test_what_is_said_about_a_task_makes_it_no_other() -> None:
    same = {"name": "same", "task": {"kind": "modular-addition", "about": "The same, in words."}}
    arm = {"name": "own", "rewind_to": "final", "rewind_arm": "same"}
    assert experiment(same, arm).arm("own").rewind_arm == "same"


@pytest.mark.parametrize(
    "takes",
    [
        {"rewind_to": 5, "rewind_arm": "two"},
        {"teacher": {"arm": "two"}},
        {"subset": {"score": "el2n", "fraction": 0.5, "arms": ["two"]}},
        {"scale_to": {"arm": "two"}},
    ],
    ids=["weights", "teacher", "scores", "norm"],
)
def test_arms_that_wait_for_each_other_are_named_and_no_other(takes: Table) -> None:
    two = {"name": "two", "rewind_to": 5, "rewind_arm": "one"}
    text = refusal({"name": "one", **takes}, two)
    assert text == "arms: one and two wait for each other; expected one that waits for none"
