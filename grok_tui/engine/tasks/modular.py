"""Modular addition over unordered pairs: the reference task of the papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import seeds, weights
from grok_tui.engine.tasks.data import Data, Examples, Placement
from grok_tui.errors import PresetError

if TYPE_CHECKING:
    from grok_tui.protocol.tasks import ModularAddition


def addition(task: ModularAddition, seed: int, placement: Placement) -> Data:
    """Labels (a + b) mod p; the inputs are the two tokens.

    Raises PresetError for a split file that does not hold a split of these pairs.
    """
    train, test = _from_file(task) if task.split_from else _drawn(task, seed)
    return Data(
        train=_examples(train, task.p, placement),
        test=_examples(test, task.p, placement),
        train_pairs=train,
        test_pairs=test,
    )


def pairs(p: int) -> Tensor:
    """Every unordered pair a <= b < p (pairs, 2), row by row."""
    return torch.triu_indices(p, p).T.contiguous()


def _drawn(task: ModularAddition, seed: int) -> tuple[Tensor, Tensor]:
    listed = pairs(task.p)
    order = torch.randperm(len(listed), generator=seeds.generator("split", seed))
    shuffled = listed[order]
    return shuffled[: task.train_examples].clone(), shuffled[task.train_examples :].clone()


def _examples(chosen: Tensor, p: int, placement: Placement) -> Examples:
    labels = chosen.sum(1, keepdim=True) % p
    return Examples(chosen.to(placement.device), labels.to(placement.device))


def _from_file(task: ModularAddition) -> tuple[Tensor, Tensor]:
    found = weights.read(task.split_from, "task.split_from")
    parts = []
    for name in ("train_pairs", "test_pairs"):
        tensor = weights.named(found, name, "task.split_from", task.split_from)
        _check_pairs(tensor, task, name)
        parts.append(tensor.sort(1).values)
    whole = torch.cat(parts)
    numbers = whole[:, 0] * task.p + whole[:, 1]
    if len(set(numbers.tolist())) != len(numbers):
        _refuse(task, "train_pairs, test_pairs", "a pair stands twice; expected each once")
    if len(numbers) != task.examples:
        wanted = f"expected all {task.examples} of modulus {task.p}"
        _refuse(task, "train_pairs, test_pairs", f"{len(numbers)} pairs; {wanted}")
    return parts[0], parts[1]


def _check_pairs(tensor: Tensor, task: ModularAddition, name: str) -> None:
    if tensor.dtype != torch.int64 or tensor.dim() != 2 or tensor.shape[1] != 2:
        shape = "x".join(map(str, tensor.shape))
        _refuse(task, name, f"{shape} of {tensor.dtype}; expected (n, 2) of int64")
    if not len(tensor):
        _refuse(task, name, "it is empty; expected at least one pair")
    if tensor.min() < 0 or tensor.max() >= task.p:
        _refuse(task, name, f"expected numbers from 0 to {task.p - 1}")


def _refuse(task: ModularAddition, name: str, problem: str) -> None:
    raise PresetError(f"{task.split_from}: {name}", "task.split_from", problem)
