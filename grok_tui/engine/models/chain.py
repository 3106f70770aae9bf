"""Hidden layers of examples one after the other, from the first to the outputs, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.engine.models.activations import Activation, activation
from grok_tui.engine.products import multiply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from grok_tui.engine.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Link:
    """The matrix after a hidden layer."""

    matrix: Tensor
    """(..., outputs, inputs)."""
    transposed: Tensor
    """The same (..., inputs, outputs), a view or a copy that its owner keeps up to date."""
    gradient: Tensor
    """As the matrix; overwritten."""


@dataclass(eq=False)
class _Layer:
    """A hidden layer and the link after it, with its buffers."""

    activation: Activation
    link: Link
    out: Tensor
    test_out: Tensor
    slope: Tensor
    after: Tensor


class Chain:
    """An activation and a matrix, as often as there are hidden layers.

    Tensors are (..., examples, width). What comes in is the first hidden layer before its
    activation, what comes out are the outputs of the network.
    """

    def __init__(
        self,
        links: Sequence[Link],
        kind: str,
        examples: tuple[Sequence[int], Sequence[int]],
        workspace: Workspace,
    ) -> None:
        """`examples` are the shapes (..., examples) of training and test set."""
        train, test = examples
        new = workspace.buffer
        self._layers = []
        for number, link in enumerate(links, 1):
            outputs, inputs = link.matrix.shape[-2:]
            name = "logits" if number == len(links) else f"layer {number + 1}"
            slope = new(f"slope of layer {number % 2}", *train, inputs)  # two take turns
            self._layers.append(
                _Layer(
                    activation(kind, workspace, f"layer {number}"),
                    link,
                    out=new(name, *train, outputs),
                    test_out=new(f"test {name}", *test, outputs),
                    slope=slope,
                    after=slope,
                )
            )

    @property
    def features(self) -> Tensor:
        """The last hidden layer of the training set, after its activation."""
        return self._layers[-1].after

    def forward(self, before: Tensor) -> Tensor:
        """Outputs of the training set; what is in `before` belongs to the chain."""
        for layer in self._layers:
            layer.after = layer.activation.forward(before)
            before = multiply(layer.after, layer.link.transposed, out=layer.out)
        return before

    def test(self, before: Tensor) -> Tensor:
        """Outputs of the test set."""
        for layer in self._layers:
            after = layer.activation.test(before)
            before = multiply(after, layer.link.transposed, out=layer.test_out)
        return before

    def backward(self, slope: Tensor, feature_slope: Tensor | None) -> Tensor:
        """The gradients of the links from the slope of the outputs, which may gain one of the
        features; that of what came in is returned."""
        for layer in reversed(self._layers):
            multiply(slope.mT, layer.after, out=layer.link.gradient)
            slope = multiply(slope, layer.link.matrix, out=layer.slope)
            if feature_slope is not None:
                slope, feature_slope = slope.add_(feature_slope), None
            layer.activation.backward(slope)
        return slope
