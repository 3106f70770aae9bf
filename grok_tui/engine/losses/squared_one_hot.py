"""Squared error to one-hot targets: the mean over examples and classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

form = "squared"


def gradient(outputs: Tensor, labels: Tensor, out: Tensor) -> Tensor:
    """The gradient 2 (f - onehot) / (examples x classes) of the mean squared error, in `out`.

    outputs and out (..., examples, classes), labels (..., examples, 1).
    """
    out.copy_(outputs)
    _subtract_one_hot(out, labels)
    return out.mul_(2.0 / (outputs.shape[-2] * outputs.shape[-1]))


def losses(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Squared error of each example, and whether its largest output is that of the label.

    outputs (..., examples, classes), labels and both results (..., examples, 1). A tie is the
    answer of the lowest class.
    """
    errors = outputs.clone()
    _subtract_one_hot(errors, labels)
    right = outputs.argmax(-1, keepdim=True) == labels
    return errors.square_().mean(-1, keepdim=True), right


def _subtract_one_hot(outputs: Tensor, labels: Tensor) -> None:
    """In place, and without the targets: they are zero but at the labels."""
    outputs.scatter_(-1, labels, outputs.gather(-1, labels).sub_(1.0))
