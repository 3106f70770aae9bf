"""Tasks that cannot be made, models that cannot learn them, and tasks of single arms."""

from __future__ import annotations

import pytest

from tests.protocol.rules.refusals import Table, experiment, refusal

TWO_TABLES = {"kind": "mlp", "embeddings": 2}
ROWS = {"kind": "perceptron"}


@pytest.mark.parametrize(
    ("task", "model", "expected"),
    [
        (
            {"kind": "modular-division", "p": 66},
            TWO_TABLES,
            "task.p: some numbers have no inverse modulo 66; expected a prime (61)",
        ),
        (
            {"kind": "modular-polynomial", "expression": "x + z"},
            TWO_TABLES,
            "task.expression: 'z' at character 5; expected numbers, x, y",
        ),
        (
            {"kind": "sparse-parity", "bits": 11},
            ROWS,
            "task.bits: so many bits make 2048 strings, and 2200 are wanted that all differ",
        ),
        (
            {"kind": "sparse-parity", "bits": 15, "parity_bits": 16},
            ROWS,
            "task.parity_bits: a string has 15; expected no more",
        ),
        (
            {"kind": "permutation-s5", "train_fraction": 1e-5},
            TWO_TABLES,
            "task.train_fraction: 1e-05 of 14400 pairs leaves the training set empty",
        ),
        (
            {"kind": "mnist", "folder": "/tmp/a\0b"},
            ROWS,
            "task.folder: a null character, which no path has; expected a folder",
        ),
        (
            {"kind": "modular-addition", "split_from": "nowhere"},
            TWO_TABLES,
            "task.split_from: there is no file",
        ),
        ({"kind": "digits", "train_images": 1788}, ROWS, "task.train_images: expected a whole"),
        ({"kind": "mnist", "train_images": 60_001}, ROWS, "task.train_images: expected a whole"),
    ],
)
def test_a_task_that_cannot_be_made_is_refused(task: Table, model: Table, expected: str) -> None:
    assert refusal(task=task, model=model).startswith(expected)


@pytest.mark.parametrize("p", [3, 5, 67, 997])
def test_division_takes_a_prime(p: int) -> None:
    config = experiment(task={"kind": "modular-division", "p": p}, model=TWO_TABLES)
    assert config.task.examples == p * (p - 1)


def test_as_many_strings_as_the_bits_make_are_enough() -> None:
    task = {"kind": "sparse-parity", "bits": 4, "train_strings": 10, "test_strings": 6}
    assert experiment(task=task, model=ROWS).task.examples == 16


@pytest.mark.parametrize(
    ("task", "model", "expected"),
    [
        (
            "sparse-parity",
            "mlp",
            "model: mlp takes pairs of tokens, but sparse-parity has rows of numbers; "
            "expected perceptron",
        ),
        (
            "permutation-s5",
            "perceptron",
            "model: perceptron takes rows of numbers, but permutation-s5 has pairs of tokens; "
            "expected mlp or transformer",
        ),
        (
            "modular-subtraction",
            "mlp",
            "model.embeddings: with one embedding (a, b) and (b, a) are the same, but "
            "modular-subtraction has both; expected --set model.embeddings=2, or the transformer",
        ),
    ],
)
def test_a_model_that_cannot_learn_the_task_is_refused(
    task: str, model: str, expected: str
) -> None:
    assert refusal(task={"kind": task}, model={"kind": model}) == expected


@pytest.mark.parametrize(
    "task",
    [
        {"kind": "modular-addition", "both_orders": True},
        {"kind": "modular-polynomial", "expression": "x^2 + x*y + y^2 + x"},
    ],
)
def test_one_embedding_is_refused_wherever_both_orders_are_examples(task: Table) -> None:
    assert refusal(task=task).startswith("model.embeddings: with one embedding")
    assert experiment(task=task, model=TWO_TABLES).task.ordered
    assert experiment(task=task, model={"kind": "transformer"}).task.ordered


@pytest.mark.parametrize(
    "task",
    [
        {"kind": "modular-multiplication"},
        {"kind": "random-table"},
        {"kind": "modular-polynomial", "expression": "x^2 + x*y + y^2"},
    ],
)
def test_one_embedding_is_enough_where_order_does_not_count(task: Table) -> None:
    assert not experiment(task=task).task.ordered


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            {"kind": "modular-multiplication", "p": 97},
            "arms.other.task: 97 inputs and 97 outputs; expected those of the run's task, 67 and",
        ),
        ({"kind": "modular-subtraction"}, "arms.other.task: with one embedding (a, b) and (b, a)"),
        ({"kind": "modular-division", "p": 9}, "arms.other.task.p: some numbers have no inverse"),
        ({"kind": "sparse-parity", "bits": 66}, "arms.other.task: 67 inputs and 2 outputs"),
        ({"p": 67}, "arms.other.task.kind: missing; expected one of modular-addition"),
        ({"kind": "modular-addition", "q": 1}, "arms.other.task.q: no such key; expected one of"),
    ],
)
def test_an_arms_own_task_fits_the_network_of_the_run(task: Table, expected: str) -> None:
    assert refusal({"name": "other", "task": task}).startswith(expected)


def test_an_arm_may_learn_another_operation_on_the_same_numbers() -> None:
    other = {"name": "other", "task": {"kind": "modular-multiplication"}}
    config = experiment(other)
    assert config.task_of(config.arm("other")) != config.task_of(config.arm("dense"))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ({"kind": "mlp", "embeddings": 3}, "model.embeddings: expected a whole number from 1 to 2"),
        ({"kind": "mlp", "hidden_layers": 0}, "model.hidden_layers: expected a whole number"),
        ({"kind": "perceptron", "widths": []}, "model.widths: expected a list of at least 1"),
        ({"kind": "perceptron", "widths": [0]}, "model.widths[0]: expected a whole number from 1"),
        ({"kind": "mlp", "activation": "tanh"}, "model.activation: expected one of gelu, relu"),
    ],
)
def test_a_size_that_a_model_cannot_have_is_named(model: Table, expected: str) -> None:
    assert refusal(model=model).startswith(expected)
