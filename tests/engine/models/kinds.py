"""A small network of every kind and option, with its plain writing and a few examples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from msgspec.structs import replace
from torch import Tensor

from grok_tui.engine import models
from grok_tui.engine.lanes import Layout
from grok_tui.engine.losses import cross_entropy
from grok_tui.engine.workspace import Workspace
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.config import Config
from grok_tui.protocol.models import Mlp, Model, Perceptron, Transformer
from grok_tui.protocol.tasks import ModularSubtraction, SparseParity
from tests.engine import reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grok_tui.engine.models.model import Network

P = 7
BITS = 5
MLP = Mlp(d_embedding=8, d_hidden=6)
TRANSFORMER = Transformer(d_model=6, heads=2, d_head=3, d_mlp=5)

KINDS: Mapping[str, Model] = {
    "mlp": MLP,
    "mlp with gelu": replace(MLP, activation="gelu"),
    "mlp with two embeddings": replace(MLP, embeddings=2),
    "mlp of three layers": replace(MLP, d_hidden=12, hidden_layers=3),
    "mlp with all": replace(MLP, embeddings=2, hidden_layers=2, activation="gelu"),
    "transformer": TRANSFORMER,
    "transformer with all": replace(TRANSFORMER, positions=True, biases=True, activation="gelu"),
    "perceptron": Perceptron(widths=(6,)),
    "perceptron of two layers": Perceptron(widths=(12, 8)),
    "perceptron with gelu": Perceptron(widths=(5, 7, 6), activation="gelu"),
}
TRAINED, TESTED = 9, 4
"""Examples."""


def config_of(section: Model, **train: Any) -> Config:
    """A configuration with a task that the model can learn."""
    task = ModularSubtraction(p=P) if section.pairs else SparseParity(bits=BITS)
    return Config(title="Kinds", task=task, model=section, arms=(Arm(name="dense"),), **train)


@dataclass(frozen=True)
class Case:
    """Weights, a third of them pruned, and examples of one lane; all drawn, float64."""

    section: Model
    weights: dict[str, Tensor]
    train: Tensor
    test: Tensor
    labels: Tensor

    @property
    def network(self) -> reference.Network:
        """The plain writing of the model."""
        plain = {Mlp: reference.mlp, Transformer: reference.transformer}
        written: Any = plain.get(type(self.section), reference.perceptron)
        return partial(written, activation=self.section.activation)

    @property
    def examples(self) -> list[reference.Example]:
        """Inputs and label of each training example."""
        inputs = self.train.tolist() if self.section.pairs else list(self.train)
        return list(zip(inputs, self.labels[:, 0].tolist(), strict=True))


SEED = 1
"""Of a lane in which no unit stands on the bend of its ReLU, as those do that nothing reaches."""


def case(section: Model, seed: int = SEED) -> Case:
    """One lane. Biases are not zero."""
    config = config_of(section)
    noise = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in config.shapes().items():
        drawn = torch.randn(shape, generator=noise, dtype=torch.float64)
        kept = torch.rand(shape, generator=noise) > (1 / 3 if len(shape) > 1 else 0)
        weights[name] = drawn * kept
    train, test = (
        torch.randint(P, (examples, 2), generator=noise)
        if section.pairs
        else torch.randn((examples, config.task.inputs), generator=noise, dtype=torch.float64)
        for examples in (TRAINED, TESTED)
    )
    labels = torch.randint(config.task.outputs, (TRAINED, 1), generator=noise)
    return Case(section, weights, train, test, labels)


class Bound:
    """The engine's network over rows of weights, of one lane or of several."""

    def __init__(self, cases: Sequence[Case], dtype: torch.dtype = torch.float64) -> None:
        section = cases[0].section
        config = config_of(section)
        self.layout = Layout(config.shapes())
        rows = [self.layout.row(one.weights, dtype) for one in cases]
        parts = [(one.train, one.test, one.labels) for one in cases]
        train, test, self.labels = (
            torch.stack(part) if len(cases) > 1 else part[0] for part in zip(*parts, strict=True)
        )
        self.row = torch.stack(rows) if len(cases) > 1 else rows[0]
        self.gradient = torch.full_like(self.row, torch.nan)
        self.slopes = self.layout.views(self.gradient)
        sets = (train, test) if section.pairs else (train.to(dtype), test.to(dtype))
        weights, workspace = self.layout.views(self.row), Workspace(self.row)
        model = models.build(config)
        self.network: Network = model.network(weights, self.slopes, sets, workspace)

    def computed(self, feature_slope: Tensor | None = None) -> dict[str, Tensor]:
        """Logits of both sets, features, and all gradients of the mean cross entropy."""
        logits = self.network.forward()
        found = {
            "train logits": logits.clone(),
            "test logits": self.network.test().clone(),
            "features": self.network.features.clone(),
        }
        slope = cross_entropy.gradient(logits, self.labels, torch.empty_like(logits))
        self.network.backward(slope, feature_slope)
        return found | {name: slope.clone() for name, slope in self.slopes.items()}

    def loss(self) -> float:
        """The mean cross entropy of one lane."""
        return float(cross_entropy.losses(self.network.forward(), self.labels)[0].mean())
