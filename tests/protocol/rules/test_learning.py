"""Subsets of the training set and teachers: what belongs together, and what is unused."""

from __future__ import annotations

import pytest

from tests.protocol.rules.refusals import Table, experiment, refusal

SCORED: Table = {"score": "el2n", "fraction": 0.8, "arms": ["dense"], "at": "memorised"}
DRAWN: Table = {"score": "random", "fraction": 0.8}
TAUGHT: Table = {"arm": "dense"}


@pytest.mark.parametrize(
    ("subset", "expected"),
    [
        ({"fraction": 0.5}, "score: none keeps all examples; expected el2n, grand or random"),
        ({"arms": ["dense"]}, "score: none keeps all examples; expected el2n, grand or random"),
        ({"score": "hardness"}, "score: expected one of el2n, grand, none, random"),
        (SCORED | {"arms": []}, "arms: el2n is what networks find; expected arms that score"),
        (SCORED | {"arms": ["dense", "dense"]}, "arms: the same arm stands twice; expected"),
        (SCORED | {"fraction": 1}, "fraction: 1 keeps all examples; expected less"),
        (
            SCORED | {"fraction": 0.25000000000000006, "skip": 0.75},
            "fraction: 0.75 are skipped; expected at most 0.25",
        ),
        (SCORED | {"skip": 0.3}, "fraction: 0.3 are skipped; expected at most 0.7"),
        (SCORED | {"fraction": 1e-4}, "fraction: keeps none of 911 examples; expected more"),
        (SCORED | {"fraction": 0}, "fraction: expected a number above 0 and at most 1"),
        (DRAWN | {"arms": ["dense"]}, "arms: unused where examples are drawn; expected none"),
        (DRAWN | {"at": "final"}, "at: unused where examples are drawn; expected init"),
        (DRAWN | {"keep": "easiest"}, "keep: unused where examples are drawn; expected hardest"),
        (DRAWN | {"skip": 0.1}, "skip: unused where examples are drawn; expected none"),
    ],
)
def test_a_subset_says_how_it_is_chosen_and_nothing_else(subset: Table, expected: str) -> None:
    text = refusal({"name": "part", "subset": subset})
    assert text.startswith(f"arms.part.subset.{expected}")


def test_the_error_of_a_class_needs_classes_and_a_gradient_does_not() -> None:
    numbers: Table = {"task": {"kind": "polynomial-regression"}, "model": {"kind": "perceptron"}}
    assert refusal({"name": "part", "subset": SCORED}, **numbers) == (
        "arms.part.subset.score: polynomial-regression has no classes to be wrong about; "
        "expected grand"
    )
    config = experiment({"name": "part", "subset": SCORED | {"score": "grand"}}, **numbers)
    assert config.arm("part").subset.score == "grand"


def test_hard_examples_and_an_offset_window_and_drawn_ones() -> None:
    config = experiment(
        {"name": "hard", "subset": SCORED},
        {"name": "window", "subset": SCORED | {"skip": 0.2}},
        {"name": "drawn", "subset": DRAWN},
    )
    assert config.arm("hard").waits_for == ("dense",)
    assert config.arm("window").subset.skip == 0.2
    assert config.arm("drawn").waits_for == ()


@pytest.mark.parametrize(
    ("teacher", "expected"),
    [
        ({"logits": 2.0}, "arm: empty, so nobody teaches; expected the arm that does"),
        (TAUGHT | {"logits": 0}, "logits: neither answers nor hidden units are taught; expected"),
        (
            TAUGHT | {"logits": 0, "features": 1, "temperature": 2.0},
            "temperature: unused with logits 0; expected it left out",
        ),
        (TAUGHT | {"logits": 0, "features": 1, "ramp": 0.5}, "ramp: unused with logits 0"),
        (TAUGHT | {"feature_loss": "direction"}, "feature_loss: unused with features 0"),
        (TAUGHT | {"shuffle_classes": True}, "shuffle_classes: unused with features 0"),
        (TAUGHT | {"temperature": 0}, "temperature: expected a number from 0.1 to 100"),
    ],
)
def test_a_teacher_says_what_it_teaches_and_nothing_else(teacher: Table, expected: str) -> None:
    text = refusal({"name": "student", "teacher": teacher})
    assert text.startswith(f"arms.student.teacher.{expected}")


@pytest.mark.parametrize("task", ["polynomial-regression", "digits"])
def test_only_classes_are_taught(task: str) -> None:
    text = refusal(
        {"name": "student", "teacher": TAUGHT}, task={"kind": task}, model={"kind": "perceptron"}
    )
    assert text == (
        f"arms.student.teacher.arm: {task} is learnt by squared error, and a teacher goes beside "
        "cross entropy; expected none"
    )


def test_hidden_units_are_taught_beside_the_answers() -> None:
    teacher = TAUGHT | {"features": 2.0, "feature_loss": "direction", "shuffle_classes": True}
    config = experiment({"name": "student", "teacher": teacher})
    assert config.arm("student").teacher.features == 2.0
