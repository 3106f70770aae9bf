"""Polynomial regression: half the square of one hidden direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import seeds
from grok_tui.engine.tasks.data import Data, Examples, Placement

if TYPE_CHECKING:
    from grok_tui.protocol.tasks import PolynomialRegression


def data(task: PolynomialRegression, seed: int, placement: Placement) -> Data:
    """y = (x . beta)^2 / 2 with entries of x N(0, 1 / dimension) and of beta N(0, 1).

    Training and test points have the same beta; everything is drawn in float64.
    """
    generator = seeds.generator("points", seed)
    beta = _normal(task.dimension, generator=generator)
    points = _normal(task.examples, task.dimension, generator=generator) / task.dimension**0.5
    train, test = points[: task.train_points].clone(), points[task.train_points :].clone()
    return Data(
        train=_examples(train, beta, placement),
        test=_examples(test, beta, placement),
        split={"train_points": train, "test_points": test, "beta": beta},
        loss=task.loss,
    )


def _normal(*shape: int, generator: torch.Generator) -> Tensor:
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def _examples(points: Tensor, beta: Tensor, placement: Placement) -> Examples:
    labels = (points @ beta)[:, None].square() / 2
    device, dtype = placement.device, placement.dtype
    return Examples(points.to(device, dtype), labels.to(device, dtype))
