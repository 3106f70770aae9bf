"""What holds for the data of a lane, whatever the task."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from grok_tui.engine import tasks
from grok_tui.engine.tasks.data import ROWS, Data, Examples, Placement
from grok_tui.protocol.section import kind
from grok_tui.protocol.tasks import (
    TASKS,
    Digits,
    Mnist,
    ModularAddition,
    ModularDivision,
    ModularMultiplication,
    ModularPolynomial,
    ModularSubtraction,
    PermutationS5,
    PolynomialRegression,
    RandomTable,
    SparseParity,
    TaskSection,
)
from tests.engine.tasks import idxfiles

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

PLACE = Placement(torch.device("cpu"), torch.float64)
SMALL: tuple[TaskSection, ...] = (
    ModularAddition(p=11),
    ModularAddition(p=11, both_orders=True),
    ModularSubtraction(p=11),
    ModularMultiplication(p=11),
    ModularDivision(p=11),
    ModularPolynomial(p=11),
    ModularPolynomial(p=11, expression="x^3 + xy"),
    RandomTable(p=11),
    PermutationS5(train_fraction=0.01),
    PermutationS5(product="aba"),
    SparseParity(bits=9, train_strings=60, test_strings=40),
    SparseParity(bits=5, parity_bits=5, train_strings=20, test_strings=12),
    PolynomialRegression(dimension=3, train_points=20, test_points=30),
    Digits(train_images=100),
    Mnist(train_images=20),
)
NUMBERS = Data(
    train=Examples(torch.arange(8.0).view(4, 2), torch.arange(4)[:, None]),
    test=Examples(torch.zeros(1, 2), torch.zeros(1, 1)),
    split={"train_rows": torch.arange(4), "test_rows": torch.tensor([4]), "beta": torch.ones(3)},
    loss="squared",
)


@pytest.fixture(autouse=True)
def small_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    idxfiles.small_mnist(tmp_path / "grok-tui" / "mnist")


def rows(tensor: Tensor) -> set[tuple[float, ...]]:
    return {tuple(row) for row in tensor.tolist()}


def test_every_task_of_the_protocol_has_a_module_of_its_name_and_is_tried_here() -> None:
    for task in TASKS:
        name = str(task.__struct_config__.tag).replace("-", "_")
        assert callable(import_module(f"grok_tui.engine.tasks.{name}").data)
    assert {type(task) for task in SMALL} == set(TASKS)


@pytest.mark.parametrize("seed", [0, 1, 17])
@pytest.mark.parametrize("task", SMALL, ids=kind)
def test_no_test_example_is_a_training_example(task: TaskSection, seed: int) -> None:
    data = tasks.build(task, seed, PLACE)
    train, test = rows(data.train.inputs), rows(data.test.inputs)
    assert train.isdisjoint(test)
    assert (len(train), len(test)) == (len(data.train.inputs), len(data.test.inputs))


@pytest.mark.parametrize("task", SMALL, ids=kind)
def test_the_data_are_what_the_preset_promises(task: TaskSection) -> None:
    data = tasks.build(task, 0, PLACE)
    tests = 12 if isinstance(task, Mnist) else task.test_examples
    width = 2 if task.pairs else task.inputs
    assert data.train.inputs.shape == (task.train_examples, width)
    assert data.test.inputs.shape == (tests, width)
    assert data.train.labels.shape == (task.train_examples, 1)
    assert data.test.labels.shape == (tests, 1)
    assert data.train.inputs.dtype == (torch.int64 if task.pairs else torch.float64)
    assert data.loss == task.loss
    classes = torch.cat([data.train.labels, data.test.labels])
    if task.loss == "squared":
        assert classes.dtype == torch.float64
    else:
        assert classes.dtype == torch.int64
        assert 0 <= int(classes.min()) <= int(classes.max()) < task.outputs
    if task.pairs:
        assert 0 <= int(data.train.inputs.min()) <= int(data.train.inputs.max()) < task.inputs


@pytest.mark.parametrize("task", SMALL, ids=kind)
def test_the_data_depend_on_the_seed_and_on_nothing_else(task: TaskSection) -> None:
    torch.manual_seed(1)
    first = tasks.build(task, 3, PLACE)
    torch.manual_seed(2)
    again = tasks.build(task, 3, PLACE)
    assert again.sha256 == first.sha256
    assert torch.equal(again.train.inputs, first.train.inputs)
    assert torch.equal(again.train.labels, first.train.labels)
    assert torch.equal(again.test.labels, first.test.labels)
    assert tasks.build(task, 4, PLACE).sha256 != first.sha256


@pytest.mark.parametrize("task", SMALL, ids=kind)
def test_each_part_of_the_split_has_a_row_for_each_example(task: TaskSection) -> None:
    data = tasks.build(task, 0, PLACE)
    counts = {"train": len(data.train.labels), "test": len(data.test.labels)}
    parts = [name.partition("_")[0] for name in data.split]
    assert parts[:2] == ["train", "test"]
    for part, tensor in zip(parts, data.split.values(), strict=True):
        assert len(tensor) == counts.get(part, len(tensor))
        assert tensor.device.type == "cpu"


@pytest.mark.parametrize("task", SMALL, ids=kind)
def test_the_precision_changes_no_split(task: TaskSection) -> None:
    narrow = tasks.build(task, 0, Placement(torch.device("cpu"), torch.float32))
    assert narrow.sha256 == tasks.build(task, 0, PLACE).sha256
    assert narrow.train.inputs.dtype == (torch.int64 if task.pairs else torch.float32)


def test_what_is_kept_of_the_training_set_is_what_was_asked_for_in_that_order() -> None:
    kept = NUMBERS.kept(torch.tensor([3, 1]))
    assert kept.train.inputs.tolist() == [[6, 7], [2, 3]]
    assert kept.train.labels.tolist() == [[3], [1]]
    assert {name: tensor.tolist() for name, tensor in kept.split.items()} == {
        "train_rows": [3, 1],
        "test_rows": [4],
        "beta": [1, 1, 1],
    }
    assert kept.test is NUMBERS.test


def test_the_hash_is_of_the_split() -> None:
    whole = NUMBERS.kept(torch.arange(4))
    assert whole.sha256 == NUMBERS.sha256
    assert NUMBERS.kept(torch.tensor([1, 3])).sha256 != NUMBERS.sha256


def test_the_split_of_a_seed_never_changes() -> None:
    """Splits of runs that are on somebody's disk, by which they are told from others."""
    task = ModularAddition(train_fraction=0.5)
    assert tasks.build(task, 0, PLACE).sha256.startswith("c0ad9b853fd86ce8")
    both = msgspec.structs.replace(task, train_fraction=0.4)
    assert tasks.build(both, 1, PLACE).sha256.startswith("0a679aa2796e83d0")


@pytest.mark.parametrize("rows", [1, ROWS, ROWS + 1, 2 * ROWS])
@pytest.mark.parametrize("numbers", [(), (3,)])
def test_the_hash_is_that_of_all_numbers_as_python_writes_them(
    rows: int, numbers: tuple[int, ...]
) -> None:
    points = torch.randn(rows, *numbers, dtype=torch.float64)
    written = repr(points.tolist()).encode()
    split = {"train_points": points, "test_points": points}
    assert replace(NUMBERS, split=split).sha256 == hashlib.sha256(written * 2).hexdigest()
