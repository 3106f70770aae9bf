"""Progress measures of modular addition: how much of the answer is on the key frequencies.

"Progress measures for grokking via mechanistic interpretability" (Nanda et al., 2023), section 5.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from grok_tui.engine.probes import cells, fourier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grok_tui.engine.probes.subject import Subject
    from grok_tui.engine.tasks.data import Examples

KEY_SHARE = 0.1
"""A frequency is a key frequency from this share of the embedding's non-constant power."""


def measure(subject: Subject) -> Mapping[str, float | list[float]]:
    """restricted, excluded: mean cross entropy in nats, float64; frequencies: the key frequencies.

    For each key frequency k the logits, as functions of (a, b) over all p^2 pairs, are projected on
    the cosine and the sine of 2 pi k (a + b) / p. The restricted loss is that of the projections
    and the mean over (a, b), on the test pairs; the excluded loss is that of the logits without the
    projections, on the training pairs. Without a key frequency the projections are 0.
    """
    W_E = subject.weights["W_E"]
    p = W_E.shape[1]
    frequencies = subject.probe.frequencies or key_frequencies(W_E)
    by_sum = _by_sum(subject.logits, p)
    mean, waves = by_sum.mean(0), projected(by_sum, frequencies)

    def restricted(pairs: Tensor) -> Tensor:
        return mean + waves[pairs.sum(1) % p]

    def excluded(pairs: Tensor) -> Tensor:
        return subject.logits(pairs) - waves[pairs.sum(1) % p]

    return {
        "restricted": _loss(restricted, subject.test),
        "excluded": _loss(excluded, subject.train),
        "frequencies": [float(frequency) for frequency in frequencies],
    }


def key_frequencies(W_E: Tensor) -> list[int]:
    """Frequencies from 1 to (p - 1) / 2 that hold a tenth of the power of W_E (d, p) or more."""
    powers = fourier.powers(W_E)
    return [
        number
        for number, power in enumerate(powers.tolist(), start=1)
        if power and power >= KEY_SHARE * float(powers.sum())
    ]


def projected(by_sum: Tensor, frequencies: Sequence[int]) -> Tensor:
    """Functions of a + b (p, classes), projected on the cosines and sines of the frequencies."""
    p = len(by_sum)
    sums = torch.arange(p, dtype=by_sum.dtype)
    angles = 2 * math.pi / p * torch.outer(sums, torch.tensor(frequencies, dtype=by_sum.dtype))
    basis = torch.cat([angles.cos(), angles.sin()], 1) * math.sqrt(2 / p)  # orthonormal over sums
    return basis @ (basis.mT @ by_sum)


def _by_sum(logits: Callable[[Tensor], Tensor], p: int) -> Tensor:
    """Mean logits (p, classes) of the p pairs with each sum: a wave of the sum is one of these."""
    tokens = torch.arange(p)
    pairs = torch.cartesian_prod(tokens, tokens)
    totals = torch.zeros(p, p, dtype=torch.float64)
    for part, sums in cells.parts(pairs, pairs.sum(1) % p):
        totals.index_add_(0, sums, logits(part))
    return totals / p


def _loss(logits: Callable[[Tensor], Tensor], examples: Examples) -> float:
    total = sum(
        float(F.cross_entropy(logits(pairs), labels, reduction="sum"))
        for pairs, labels in cells.parts(examples.inputs, examples.labels[:, 0])
    )
    return total / len(examples.inputs)
