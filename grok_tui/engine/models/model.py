"""What every model gives the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.workspace import Workspace


class Model(Protocol):
    """Shapes, initial values, and the way to a network that computes with them."""

    shapes: Mapping[str, tuple[int, ...]]
    """Shape of each weight tensor by name, in layer order."""

    def initial(self, seed: int, stream: str = ...) -> dict[str, Tensor]:
        """The weights before training, float32 or as a file has them, on the CPU.

        The stream is that which all arms of the seed share, or one of an arm's own.
        """
        ...

    def logits(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """What `network` computes, (examples, classes), for autograd: twice differentiable.

        No lanes in front. The dtype is that of the weights.
        """
        ...

    def features(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """The last hidden layer after its activation (examples, units), in the same way."""
        ...

    def network(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        workspace: Workspace,
    ) -> Network:
        """The model bound to weights, their gradients, and the inputs for training and test.

        Weights and gradients are (*shape), inputs (examples, tokens or numbers); all with lanes in
        front, or none with them. What the weights hold may change from call to call.
        """
        ...


@runtime_checkable
class Feedforward(Protocol):
    """A model in which every path from an input to an output goes through the same layers."""

    def flow(self, weights: Mapping[str, Tensor]) -> Tensor:
        """The sum of the outputs where all inputs are 1 and activations are left out, a scalar.

        With absolute weights it is the sum over all paths of the products of their weights.
        """
        ...


class Network(Protocol):
    """A pure function of the weights it is bound to, and its gradient."""

    @property
    def features(self) -> Tensor:
        """The last hidden layer of the training set at the last forward pass, after its activation.

        (..., examples, units), in a buffer of the network.
        """
        ...

    def forward(self) -> Tensor:
        """Logits (..., examples, classes) of the training set, in a buffer of the network."""
        ...

    def test(self) -> Tensor:
        """Logits of the test set with the weights as they were at the forward pass before."""
        ...

    def backward(self, slope: Tensor, feature_slope: Tensor | None = None) -> None:
        """Overwrite the gradients, given that of the loss to the logits of the last forward.

        `feature_slope` is what the loss adds to the gradient of the features directly.
        """
        ...
