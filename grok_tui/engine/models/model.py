"""What every model gives the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.workspace import Workspace


class Model(Protocol):
    """Shapes, initial values, and the way to a network that computes with them."""

    shapes: Mapping[str, tuple[int, ...]]
    """Shape of each weight tensor by name, in layer order."""

    def initial(self, seed: int) -> dict[str, Tensor]:
        """The weights before training, float32 or as a file has them, on the CPU."""
        ...

    def network(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        workspace: Workspace,
    ) -> Network:
        """The model bound to weights, their gradients, and the inputs for training and test.

        Weights and gradients are (*shape), inputs (examples, tokens); all with lanes in front, or
        none with them. What the weights hold may change from call to call.
        """
        ...


class Network(Protocol):
    """A pure function of the weights it is bound to, and its gradient."""

    def forward(self) -> Tensor:
        """Logits (..., examples, classes) of the training set, in a buffer of the network."""
        ...

    def test(self) -> Tensor:
        """Logits of the test set with the weights as they were at the forward pass before."""
        ...

    def backward(self, slope: Tensor) -> None:
        """Overwrite the gradients, given that of the loss to the logits of the last forward."""
        ...
