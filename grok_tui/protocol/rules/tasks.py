"""Rules for tasks and models, each by itself and both together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.protocol import expressions
from grok_tui.protocol.models import MODELS, Mlp, Model, Transformer
from grok_tui.protocol.paths import is_file
from grok_tui.protocol.section import MAX_WIDTH, kind
from grok_tui.protocol.tasks import (
    Mnist,
    ModularDivision,
    ModularPolynomial,
    PairsTask,
    SparseParity,
    Task,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.protocol.config import Config


def problems(config: Config) -> Iterator[tuple[str, str]]:
    """Of the run's task, of those that arms have for themselves, and of the model."""
    yield from _of_task(config.task, "task")
    yield from _fit(config.model, config.task, "model")
    yield from _of_model(config.model)
    for arm in config.arms:
        if arm.task is not None:
            key = f"arms.{arm.name}.task"
            yield from _of_task(arm.task, key)
            yield from _same_size(arm.task, config.task, key)
            yield from _fit(config.model, arm.task, key)


def _of_task(task: Task, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(task, ModularPolynomial):
        try:
            expressions.parse(task.expression)
        except ValueError as error:
            yield f"{key}.expression", str(error)
    if isinstance(task, ModularDivision) and not _is_prime(task.p):
        near = next(number for number in range(task.p, 1, -1) if _is_prime(number))
        yield f"{key}.p", f"some numbers have no inverse modulo {task.p}; expected a prime ({near})"
    if isinstance(task, SparseParity):
        yield from _strings(task, key)
    if isinstance(task, PairsTask):
        yield from _split(task, key)
    if isinstance(task, Mnist) and "\0" in task.folder:
        yield f"{key}.folder", "a null character, which no path has; expected a folder"


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % factor for factor in range(2, int(number**0.5) + 1))


def _strings(task: SparseParity, key: str) -> Iterator[tuple[str, str]]:
    if task.parity_bits > task.bits:
        yield f"{key}.parity_bits", f"a string has {task.bits}; expected no more"
    if task.examples > 2**task.bits:
        yield (
            f"{key}.bits",
            f"so many bits make {2**task.bits} strings, and {task.examples} are wanted that all "
            "differ; expected more bits, or fewer strings",
        )


def _split(task: PairsTask, key: str) -> Iterator[tuple[str, str]]:
    if task.split_from:
        yield from _file(f"{key}.split_from", task.split_from)
    elif not 0 < task.train_examples < task.examples:
        which = "training" if task.train_examples == 0 else "test"
        yield (
            f"{key}.train_fraction",
            f"{task.train_fraction:g} of {task.examples} pairs leaves the {which} set empty",
        )


def _file(key: str, name: str) -> Iterator[tuple[str, str]]:
    if not is_file(Path(name)):
        yield key, f"there is no file {name}; expected a safetensors file"


def _same_size(own: Task, task: Task, key: str) -> Iterator[tuple[str, str]]:
    """All arms share the shapes of the network."""
    if (own.inputs, own.outputs) != (task.inputs, task.outputs):
        yield (
            key,
            f"{own.inputs} inputs and {own.outputs} outputs; expected those of the run's task, "
            f"{task.inputs} and {task.outputs}",
        )


def _fit(model: Model, task: Task, key: str) -> Iterator[tuple[str, str]]:
    if model.pairs != task.pairs:
        fitting = " or ".join(str(kind(one)) for one in MODELS if one.pairs == task.pairs)
        yield (
            key,
            f"{kind(model)} takes {_examples(model.pairs)}, but {kind(task)} has "
            f"{_examples(task.pairs)}; expected {fitting}",
        )
    elif task.ordered and isinstance(model, Mlp) and model.embeddings == 1:
        yield (
            f"{key}.embeddings" if key == "model" else key,
            f"with one embedding (a, b) and (b, a) are the same, but {kind(task)} has both; "
            "expected --set model.embeddings=2, or the transformer",
        )


def _examples(pairs: bool) -> str:
    return "pairs of tokens" if pairs else "rows of numbers"


def _of_model(model: Model) -> Iterator[tuple[str, str]]:
    if isinstance(model, Transformer) and model.heads * model.d_head > MAX_WIDTH:
        width = model.heads * model.d_head
        yield "model.d_head", f"{model.heads} heads of it are {width}; expected at most {MAX_WIDTH}"
    if model.weights_from:
        yield from _file("model.weights_from", model.weights_from)
    elif model.weights_prefix:
        yield "model.weights_prefix", "there is no model.weights_from to read; expected none"
