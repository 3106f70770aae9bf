"""What every task about pairs of tokens shares: the list of pairs, its split, split files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import seeds, weights
from grok_tui.engine.tasks.data import Data, Examples, Placement
from grok_tui.errors import PresetError

if TYPE_CHECKING:
    from grok_tui.protocol.tasks import PairsTask

Operation = Callable[[Tensor, Tensor], Tensor]
"""Labels (pairs,) of the first and the second tokens (pairs,), all int64."""


def data(
    task: PairsTask,
    seed: int,
    placement: Placement,
    operation: Operation,
    listed: Tensor | None = None,
) -> Data:
    """The examples of an operation on the listed pairs, all of them if none are given.

    listed (pairs, 2), int64. The split is a seeded shuffle of that list, or that of a file.
    Raises PresetError for a file that does not hold a split of these pairs.
    """
    if listed is None:
        listed = every(task.inputs, ordered=task.ordered)
    train, test = _from_file(task, listed) if task.split_from else _drawn(task, listed, seed)
    return Data(
        train=_examples(train, operation, placement),
        test=_examples(test, operation, placement),
        split={"train_pairs": train, "test_pairs": test},
        loss=task.loss,
    )


def every(tokens: int, *, ordered: bool) -> Tensor:
    """All pairs (pairs, 2), row by row: every (a, b), or only those with a <= b."""
    if ordered:
        return torch.cartesian_prod(torch.arange(tokens), torch.arange(tokens))
    return torch.triu_indices(tokens, tokens).T.contiguous()


def _drawn(task: PairsTask, listed: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    order = torch.randperm(len(listed), generator=seeds.generator("split", seed))
    shuffled = listed[order]
    return shuffled[: task.train_examples].clone(), shuffled[task.train_examples :].clone()


def _examples(chosen: Tensor, operation: Operation, placement: Placement) -> Examples:
    labels = operation(chosen[:, 0], chosen[:, 1])[:, None]
    return Examples(chosen.to(placement.device), labels.to(placement.device))


def _from_file(task: PairsTask, listed: Tensor) -> tuple[Tensor, Tensor]:
    names = ("train_pairs", "test_pairs")
    found = weights.read(task.split_from, "task.split_from", names)
    parts = []
    for name in names:
        tensor = weights.named(found, name, "task.split_from", task.split_from)
        _check_pairs(tensor, task, name)
        parts.append(tensor.clone() if task.ordered else tensor.sort(1).values)
    _check_whole(torch.cat(parts), task, listed)
    return parts[0], parts[1]


def _check_pairs(tensor: Tensor, task: PairsTask, name: str) -> None:
    if tensor.dtype != torch.int64 or tensor.dim() != 2 or tensor.shape[1] != 2:
        shape = weights.in_words(tensor.shape)
        _refuse(task, name, f"{shape} of {tensor.dtype}; expected (n, 2) of int64")
    if not len(tensor):
        _refuse(task, name, "it is empty; expected at least one pair")
    if len(tensor) > task.inputs**2:
        _refuse(task, name, f"{len(tensor)} pairs; there are no more than {task.inputs**2}")
    if tensor.min() < 0 or tensor.max() >= task.inputs:
        _refuse(task, name, f"expected numbers from 0 to {task.inputs - 1}")


def _check_whole(whole: Tensor, task: PairsTask, listed: Tensor) -> None:
    name = "train_pairs, test_pairs"
    given = {(a, b) for a, b in whole.tolist()}
    if len(given) < len(whole):
        _refuse(task, name, "a pair stands twice; expected each once")
    strange = given - {(a, b) for a, b in listed.tolist()}
    if strange:
        _refuse(task, name, f"{min(strange)} is no pair of this task")
    if len(given) < len(listed):
        _refuse(task, name, f"{len(given)} pairs; expected all {len(listed)}")


def _refuse(task: PairsTask, name: str, problem: str) -> None:
    raise PresetError(f"{task.split_from}: {name}", "task.split_from", problem)
