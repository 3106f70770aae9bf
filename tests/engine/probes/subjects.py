"""Small things to look at: networks that one can see through, and random masks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine.probes.subject import Subject
from grok_tui.engine.tasks.data import Examples
from grok_tui.protocol.models import Mlp
from grok_tui.protocol.probing import Probe
from grok_tui.protocol.tasks import ModularAddition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grok_tui.protocol.tasks import Task

MLP = {"W_E": (500, 67), "W_in": (48, 500), "W_out": (500, 48), "W_U": (500, 67)}
"""Shapes of the reference network."""
NOTHING = Examples(torch.zeros(0, 2, dtype=torch.int64), torch.zeros(0, 1, dtype=torch.int64))


def no_logits(inputs: Tensor) -> Tensor:
    """Of a network that nobody asks."""
    raise AssertionError(f"asked about {inputs}")


def subject(
    weights: Mapping[str, Tensor],
    masks: Mapping[str, Tensor] | None = None,
    *,
    earlier: Mapping[str, Tensor] | None = None,
    task: Task | None = None,
    probe: Probe | None = None,
    logits: Callable[[Tensor], Tensor] = no_logits,
    train: Examples = NOTHING,
    test: Examples = NOTHING,
) -> Subject:
    """A subject in which all that is not said is of no matter; masks: all ones but for biases."""
    ones = {
        name: torch.ones_like(matrix, dtype=torch.uint8)
        for name, matrix in weights.items()
        if matrix.dim() > 1
    }
    return Subject(
        weights={name: matrix.double() for name, matrix in weights.items()},
        masks=ones if masks is None else masks,
        earlier=earlier,
        task=task or ModularAddition(),
        model=Mlp(),
        probe=probe or Probe(probe="norms"),
        logits=logits,
        train=train,
        test=test,
    )


def of_masks(masks: Mapping[str, Tensor], earlier: Mapping[str, Tensor] | None = None) -> Subject:
    """A subject whose kept weights are all 1."""
    return subject(masks, masks, earlier=earlier)


def random_mask(rows: int, columns: int, density: float, seed: int = 0) -> Tensor:
    """That share of the weights kept, to the last weight; which ones is chance."""
    kept = torch.zeros(rows * columns, dtype=torch.uint8)
    noise = torch.Generator().manual_seed(seed)
    kept[torch.randperm(len(kept), generator=noise)[: round(density * len(kept))]] = 1
    return kept.view(rows, columns)


def random_masks(density: float, seed: int = 0) -> dict[str, Tensor]:
    """Of the reference MLP, matrix by matrix."""
    return {
        name: random_mask(*shape, density, 10 * seed + number)
        for number, (name, shape) in enumerate(MLP.items())
    }


def bits(*rows: str) -> Tensor:
    """A mask (rows, columns) written as its rows."""
    return torch.tensor([[int(bit) for bit in row] for row in rows], dtype=torch.uint8)


def wave(frequency: int, p: int, phase: float = 0.0) -> Tensor:
    """cos(2 pi frequency x / p + phase) for x = 0 to p - 1."""
    return torch.cos(2 * math.pi * frequency * torch.arange(p, dtype=torch.float64) / p + phase)
