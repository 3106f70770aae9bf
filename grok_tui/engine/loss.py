"""Cross entropy in the margin form, which stays exact long after a plain softmax is blind.

With e_j = exp(l_j - max l) and s the sum of e_j over the wrong classes, the loss is
(max l - l_y) + log1p(s + (e_y - 1)) and the gradient e_j / (e_y + s), where the true class gets
minus the sum of the others. Nothing cancels: where the true class leads, e_y is exactly 1.
"""

from __future__ import annotations

import torch
from torch import Tensor

FORM = "margin"


def gradient_(logits: Tensor, labels: Tensor) -> Tensor:
    """Turn logits into the gradient of their mean cross entropy, in place.

    logits (..., examples, classes), labels (..., examples, 1).
    """
    true, wrong = _exponentials_(logits, labels)
    share = 1.0 / (logits.shape[-2] * (true + wrong))
    logits.mul_(share)
    return logits.scatter_(-1, labels, share.mul_(wrong).neg_())


def _exponentials_(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """e_y and s; leaves e_j of the wrong classes in `logits`, and 0 for the true one."""
    logits.sub_(logits.amax(-1, keepdim=True)).exp_()
    true = logits.gather(-1, labels)
    logits.scatter_(-1, labels, 0.0)
    return true, logits.sum(-1, keepdim=True)


def losses_(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of each example (..., examples, 1); the logits are overwritten."""
    lead = logits.amax(-1, keepdim=True) - logits.gather(-1, labels)
    true, wrong = _exponentials_(logits, labels)
    return lead + torch.log1p(wrong + (true - 1.0))


def mean_loss_and_accuracy_(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean cross entropy and share of right answers of one lane, as float64 scalars.

    logits (examples, classes). A tie counts as the lowest class. The logits are overwritten.
    """
    right = logits.argmax(-1, keepdim=True) == labels
    accuracy = right.sum() / right.numel()
    return losses_(logits, labels).mean(dtype=torch.float64), accuracy.to(torch.float64)
