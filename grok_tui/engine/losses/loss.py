"""What every loss gives the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class Loss(Protocol):
    """The gradient that trains, and what is measured of each example.

    Outputs are (..., examples, outputs), with lanes in front or without. Nothing here waits for a
    number of a GPU.
    """

    form: str
    """How it is computed, for the log."""

    def gradient(self, outputs: Tensor, labels: Tensor, out: Tensor) -> Tensor:
        """The gradient of the mean loss to the outputs, in `out`, which is none of them."""
        ...

    def losses(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Loss and score of each example, both (..., examples, 1).

        The mean of the scores is the accuracy: the share of right answers, or of the variance
        explained.
        """
        ...
