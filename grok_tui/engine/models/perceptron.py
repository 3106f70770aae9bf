"""Matrices one after the other over rows of numbers: W_3 relu(W_2 relu(W_1 x)), as many as wanted.

Nothing collapses here: the examples go through every matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.engine.models.activations import PLAIN
from grok_tui.engine.models.chain import Chain, Link
from grok_tui.engine.models.initial import Initial
from grok_tui.engine.products import multiply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.workspace import Workspace
    from grok_tui.protocol.models import Perceptron


def model(section: Perceptron, shapes: Mapping[str, tuple[int, ...]]) -> StackedPerceptron:
    """The model of a section, its tensors of these shapes."""
    return StackedPerceptron(section, shapes)


class StackedPerceptron:
    """W_1, W_2 and on, each (outputs, inputs), in this order."""

    def __init__(self, section: Perceptron, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = shapes
        self.initial = Initial(section, shapes)
        self._activation = section.activation

    def logits(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """Outputs (examples, outputs) of numbers (examples, inputs), for autograd."""
        *_, last = weights.values()
        return self.features(weights, inputs) @ last.mT

    def features(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """The last hidden layer (examples, units), for autograd."""
        *hidden, last = weights.values()
        units = inputs.to(last.dtype)
        for matrix in hidden:
            units = PLAIN[self._activation](units @ matrix.mT)
        return units

    def flow(self, weights: Mapping[str, Tensor]) -> Tensor:
        """1^T ... W_2 W_1 1."""
        first, *rest = weights.values()
        units = first.sum(-1)
        for matrix in rest:
            units = matrix @ units
        return units.sum()

    def network(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        workspace: Workspace,
    ) -> PerceptronNetwork:
        """The network bound to weights, gradients, and numbers (..., examples, inputs) of both."""
        return PerceptronNetwork(weights, gradients, sets, self._activation, workspace)


class PerceptronNetwork:
    """Both sets through the first matrix, then through the chain of the others."""

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        activation: str,
        workspace: Workspace,
    ) -> None:
        self._train, self._test = sets
        (first, *rest), (self._slope, *slopes) = weights.values(), gradients.values()
        self._first = first.mT
        examples = self._train.shape[:-1], self._test.shape[:-1]
        self._before, self._test_before = (
            workspace.buffer(name, *shape, first.shape[-2])
            for name, shape in zip(("layer 1", "test layer 1"), examples, strict=True)
        )
        links = [Link(matrix, matrix.mT, slope) for matrix, slope in zip(rest, slopes, strict=True)]
        self._chain = Chain(links, activation, examples, workspace)

    @property
    def features(self) -> Tensor:
        """The last hidden layer (..., examples, units) of the training set."""
        return self._chain.features

    def forward(self) -> Tensor:
        """Outputs (..., examples, outputs) of the training set."""
        return self._chain.forward(multiply(self._train, self._first, out=self._before))

    def test(self) -> Tensor:
        """Outputs of the test set with the weights as they are."""
        return self._chain.test(multiply(self._test, self._first, out=self._test_before))

    def backward(self, slope: Tensor, feature_slope: Tensor | None = None) -> None:
        """Every gradient from `slope` (..., examples, outputs)."""
        before = self._chain.backward(slope, feature_slope)
        multiply(before.mT, self._train, out=self._slope)
