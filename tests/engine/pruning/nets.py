"""What a score is given of a small network and a few examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from grok_tui.engine.lanes import Layout
from grok_tui.engine.models import mlp, perceptron, transformer
from grok_tui.engine.pruning import Reading
from grok_tui.engine.tasks.data import Data, Examples
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.models import Mlp, Model, Perceptron, Transformer
from tests.engine.test_golden import FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.protocol.tasks import Loss

KINDS: dict[type, Any] = {
    Mlp: mlp.model,
    Perceptron: perceptron.model,
    Transformer: transformer.model,
}


def pairs(p: int) -> Examples:
    """Every second unordered pair, labelled by its sum."""
    return sums(torch.triu_indices(p, p).T[::2], p)


def sums(tokens: Tensor, p: int) -> Examples:
    """Pairs of tokens, labelled by their sums modulo p."""
    return Examples(tokens, tokens.sum(1, keepdim=True) % p)


def drawn(section: Model, inputs: int, outputs: int, seed: int = 0) -> dict[str, Tensor]:
    """Normal weights that lead far enough into the bends of an activation, float64."""
    noise = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(shape, generator=noise, dtype=torch.float64)
        for name, shape in section.shapes(inputs, outputs).items()
    }


def reading(
    section: Model,
    weights: Mapping[str, Tensor],
    train: Examples,
    loss: Loss = "cross-entropy",
    **recipe: Any,
) -> Reading:
    """A reading of a network with these weights; its test set is of no account."""
    shapes = {name: tuple(weight.shape) for name, weight in weights.items()}
    layout = Layout(shapes)
    row = layout.row(weights, torch.float64)
    return Reading(
        recipe=Arm(**({"name": "pruned"} | recipe)),
        seed=0,
        layout=layout,
        model=KINDS[type(section)](section, shapes),
        data=Data(train, train, {}, loss),
        weights=row,
        mask=torch.ones_like(row, dtype=torch.uint8),
    )


def golden(method: str) -> tuple[Reading, dict[str, Tensor]]:
    """The reference's initial weights and training pairs, and the mask that it has of them."""
    tensors = load_file(FILE)
    names = Mlp().shapes(67, 67)
    weights = {name: tensors[f"init.{name}"] for name in names}
    train = sums(tensors["train_pairs"], 67)
    found = reading(Mlp(), weights, train, method=method, pruning_rate=0.6)
    return found, {name: tensors[f"{method}.{name}"] for name in names}
