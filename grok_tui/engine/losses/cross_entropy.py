"""Cross entropy in the margin form, which stays exact long after a plain softmax is blind.

With e_j = exp(l_j - max l) and s the sum of e_j over the wrong classes, the loss is
(max l - l_y) + log1p(s + (e_y - 1)) and the gradient e_j / (e_y + s), where the true class gets
minus the sum of the others. Nothing cancels: where the true class leads, e_y is exactly 1.
"""

from __future__ import annotations

import torch
from torch import Tensor

form = "margin"


def gradient(logits: Tensor, labels: Tensor, out: Tensor) -> Tensor:
    """The gradient of the mean cross entropy to the logits, in `out`, which is none of them.

    logits and out (..., examples, classes), labels (..., examples, 1).
    """
    torch.softmax(logits, -1, out=out)
    out.scatter_(-1, labels, 0.0)
    out.scatter_(-1, labels, out.sum(-1, keepdim=True).neg_())
    return out.mul_(1.0 / logits.shape[-2])


def losses(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Cross entropy of each example, and whether its largest logit is that of the label.

    logits (..., examples, classes), labels and both results (..., examples, 1). A tie is the
    answer of the lowest class.
    """
    shares = logits - logits.amax(-1, keepdim=True)
    lead = shares.gather(-1, labels).neg_()
    true = shares.exp_().gather(-1, labels)
    wrong = shares.scatter_(-1, labels, 0.0).sum(-1, keepdim=True)
    right = lead == 0
    # Ties are rare, and on a CPU it is quicker to look for one than for the first maximum; on a
    # GPU the answer to that question would have to be waited for.
    if not logits.is_cpu or bool((right & (shares.amax(-1, keepdim=True) == 1)).any()):
        right = logits.argmax(-1, keepdim=True) == labels
    return lead + torch.log1p(wrong + (true - 1.0)), right
