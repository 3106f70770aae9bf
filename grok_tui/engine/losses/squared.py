"""Squared error of predicted numbers: the mean over examples and outputs."""

from __future__ import annotations

import torch
from torch import Tensor

form = "squared"


def gradient(outputs: Tensor, labels: Tensor, out: Tensor) -> Tensor:
    """The gradient 2 (f - y) / (examples x outputs) of the mean squared error, in `out`.

    All of them (..., examples, outputs).
    """
    torch.sub(outputs, labels, out=out)
    return out.mul_(2.0 / (outputs.shape[-2] * outputs.shape[-1]))


def losses(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Squared error of each example, and the share of the variance that it leaves explained.

    outputs and labels (..., examples, outputs), both results (..., examples, 1). A score is
    1 - error / variance of the set of labels (that of its examples, not an estimate for others),
    so that the mean of the scores is the share explained. It is 0 where no label differs.
    """
    errors = (outputs - labels).square_().mean(-1, keepdim=True)
    variance = labels.var(-2, correction=0, keepdim=True).mean(-1, keepdim=True)
    explained = 1.0 - errors / variance
    return errors, explained.masked_fill_(variance == 0, 0.0)
