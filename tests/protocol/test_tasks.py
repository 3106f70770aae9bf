"""What the tasks say of themselves, and the presets that carry their names."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import tomli

from grok_tui.protocol.models import Network
from grok_tui.protocol.section import kind
from grok_tui.protocol.tasks import (
    TASKS,
    Digits,
    Mnist,
    ModularAddition,
    ModularPolynomial,
    ModularSubtraction,
    PairsTask,
    PermutationS5,
    PolynomialRegression,
    SparseParity,
    Task,
    TaskSection,
)

FOLDER = Path(__file__).parent.parent.parent / "presets" / "tasks"
PRESETS = sorted(path.stem for path in FOLDER.glob("*.toml"))


def test_each_task_has_a_preset_of_its_name() -> None:
    assert sorted(kind(task()) for task in TASKS) == PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_read_and_explains_itself(name: str) -> None:
    table = tomli.loads((FOLDER / f"{name}.toml").read_text())
    task = msgspec.convert(table, Task)
    assert isinstance(task, TaskSection)
    assert kind(task) == name
    assert task.about.endswith(".")


def test_the_defaults_are_the_recipes_of_the_papers() -> None:
    presets = {name: tomli.loads((FOLDER / f"{name}.toml").read_text()) for name in PRESETS}
    read = {name: msgspec.convert(table, Task) for name, table in presets.items()}
    sizes = {name: (task.train_examples, task.test_examples) for name, task in read.items()}
    assert sizes == {
        "digits": (200, 1597),
        "mnist": (1000, 10_000),
        "modular-addition": (911, 1367),
        "modular-division": (1768, 2654),
        "modular-multiplication": (911, 1367),
        "modular-polynomial": (911, 1367),
        "modular-subtraction": (1795, 2694),
        "permutation-s5": (7200, 7200),
        "polynomial-regression": (200, 1000),
        "random-table": (911, 1367),
        "sparse-parity": (1200, 1000),
    }
    assert read["modular-polynomial"] == ModularPolynomial(
        about=read["modular-polynomial"].about, expression="x^2 + x*y + y^2"
    )


@pytest.mark.parametrize(
    ("task", "inputs", "outputs"),
    [
        (ModularAddition(p=13), 13, 13),
        (PermutationS5(), 120, 120),
        (SparseParity(bits=12), 13, 2),
        (PolynomialRegression(dimension=9), 9, 1),
        (Digits(), 64, 10),
        (Mnist(), 784, 10),
    ],
)
def test_what_goes_into_a_network_and_comes_out(
    task: TaskSection, inputs: int, outputs: int
) -> None:
    assert (task.inputs, task.outputs) == (inputs, outputs)
    assert task.examples == task.train_examples + task.test_examples


def test_the_training_set_is_the_exact_floor_of_the_fraction() -> None:
    assert int(0.41 * 300) == 122
    assert ModularAddition(p=24, train_fraction=0.41).train_examples == 123


def test_order_counts_where_the_operation_or_the_preset_says_so() -> None:
    assert not ModularAddition().ordered
    assert ModularAddition(both_orders=True).ordered
    assert ModularSubtraction().ordered
    assert not ModularPolynomial().ordered
    assert ModularPolynomial(expression="x^2 + x*y + y^2 + x").ordered


def test_when_a_task_is_generalised_and_what_its_accuracy_is() -> None:
    assert PairsTask.test_threshold is None
    assert SparseParity().test_threshold is None
    assert (Digits().test_threshold, Mnist().test_threshold) == (0.8, 0.8)
    assert PolynomialRegression().test_threshold == 0.5
    assert PolynomialRegression.score == "variance explained"
    assert {task.score for task in TASKS if task is not PolynomialRegression} == {"accuracy"}


def test_a_task_that_does_not_say_what_an_example_is_cannot_be_made() -> None:
    class Vague(TaskSection, frozen=True, kw_only=True, tag="vague"):
        """Says nothing of itself."""

    with pytest.raises(TypeError, match="abstract"):
        Vague()  # type: ignore[abstract]


def test_a_model_that_does_not_say_its_shapes_cannot_be_made() -> None:
    class Vague(Network, frozen=True, kw_only=True, tag="vague"):
        """Says nothing of itself."""

    with pytest.raises(TypeError, match="abstract"):
        Vague()  # type: ignore[abstract]
