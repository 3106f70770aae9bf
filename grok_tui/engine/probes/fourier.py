"""Frequencies of functions of a token: of hidden units, of rows of embeddings and of masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUNDING = 1e-12
"""Amplitudes below this share of the row's L1 norm, which bounds them, are no signal."""


def amplitudes(rows: Tensor) -> Tensor:
    """|DFT| of rows (rows, n) at the frequencies 1 to (n - 1) / 2, the highest included.

    (rows, (n - 1) // 2); what is rounding only is 0.
    """
    found: Tensor = torch.fft.rfft(rows)[:, 1 : (rows.shape[1] + 1) // 2].abs()
    noise = ROUNDING * rows.abs().sum(1, keepdim=True)
    return torch.where(found > noise, found, 0.0)


def powers(rows: Tensor) -> Tensor:
    """|DFT|^2 of rows (rows, n), averaged over them: ((n - 1) // 2,)."""
    return amplitudes(rows).square().mean(0)


def entropy(shares: Tensor) -> Tensor:
    """-sum p ln p over the last dimension, in nats; 0 ln 0 is 0."""
    nats: Tensor = torch.special.entr(shares).sum(-1)
    return nats


def sides(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What the hidden units hear of each token and say of each class, (units, p) by side.

    in: W_in W_E, and in-W_F: W_in W_F where the second token has a table of its own; out:
    W_out^T W_U. Of an MLP with several hidden layers these are the first and the last. Of the
    transformer they are the paths past attention, from the token that is read and to the logits;
    what a position or a bias adds is the same for all tokens and has no frequency.
    """
    tables = {"in": "W_E", "in-W_F": "W_F"}
    found = {
        side: weights["W_in"] @ weights[table] for side, table in tables.items() if table in weights
    }
    return {**found, "out": weights["W_out"].mT @ weights["W_U"]}
