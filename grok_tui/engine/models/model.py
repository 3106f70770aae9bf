"""What every model gives the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.products import Scratch


class Model(Protocol):
    """Shapes, initial values, and a pure forward and backward over stacked parameters.

    Every tensor may carry lanes in front: weights (lanes, *shape), inputs (lanes, examples,
    features). Without lanes the same code serves one lane.
    """

    shapes: Mapping[str, tuple[int, ...]]
    """Shape of each weight matrix by name, in layer order."""

    def initial(self, seed: int) -> dict[str, Tensor]:
        """The weights before training, float32 or as a file has them, on the CPU."""
        ...

    def forward(self, weights: Mapping[str, Tensor], inputs: Tensor, scratch: Scratch) -> Tensor:
        """Logits (..., examples, classes), in a buffer of `scratch` that may be overwritten."""
        ...

    def backward(
        self,
        weights: Mapping[str, Tensor],
        inputs: Tensor,
        slope: Tensor,
        gradients: Mapping[str, Tensor],
        scratch: Scratch,
    ) -> None:
        """Overwrite `gradients`, given `slope`, that of the loss to the logits.

        `scratch` is the one of the forward pass just before.
        """
        ...
