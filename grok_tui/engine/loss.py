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
    logits.sub_(logits.amax(-1, keepdim=True))
    true, wrong = _exponentials_(logits, labels)
    share = 1.0 / (logits.shape[-2] * (true + wrong))
    logits.mul_(share)
    return logits.scatter_(-1, labels, share.mul_(wrong).neg_())


def losses_(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Cross entropy of each example, and whether its largest logit is that of the label.

    logits (examples, classes), labels and both results (examples, 1); the logits are overwritten.
    A tie is the answer of the lowest class.
    """
    logits.sub_(logits.amax(-1, keepdim=True))
    lead = logits.gather(-1, labels).neg_()
    right = lead == 0
    if logits.numel() - int(logits.count_nonzero()) > len(labels):  # a tie somewhere: rare
        right = logits.argmax(-1, keepdim=True) == labels
    true, wrong = _exponentials_(logits, labels)
    return lead + torch.log1p(wrong + (true - 1.0)), right


def _exponentials_(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """e_y and s of logits that lie below their maximum, 0.

    Leaves e_j of the wrong classes in `logits`, and 0 for the true one.
    """
    logits.exp_()
    true = logits.gather(-1, labels)
    logits.scatter_(-1, labels, 0.0)
    return true, logits.sum(-1, keepdim=True)
