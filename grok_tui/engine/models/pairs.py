"""Two tokens that attend: how examples read tables of the vocabulary through attention."""

from __future__ import annotations

import torch
from torch import Tensor

from grok_tui.engine.lookup import Lookup

Attention = tuple[Tensor, Tensor]
"""Shares of the first and of the second token."""


class Pairs:
    """A set of examples: where each finds its rows and its scores.

    tokens (..., examples, 2). The vocabulary has `rows` rows: one a token, or one for each of its
    two positions. A table has 1 + heads blocks of so many rows, scores are (..., heads, rows, rows)
    by key and query, and an example reads row b of the first block, and of each head's block the
    share alpha of row a and the rest of row b.
    """

    def __init__(self, tokens: Tensor, W_E: Tensor, rows: int, heads: int) -> None:
        a, b = tokens[..., 0], tokens[..., 1] + (rows - W_E.shape[-1])
        blocks = [rows * (1 + head) for head in range(heads)]
        of_heads = [token + first for first in blocks for token in (a, b)]
        self._mixture = Lookup(torch.stack([b, *of_heads], -1), rows * (1 + heads))
        self._ends = [
            Lookup(torch.stack([a + first, b + first], -1), rows * (1 + heads)) for first in blocks
        ]
        examples = (*tokens.shape[:-2], heads, tokens.shape[-2])
        self._signs = W_E.new_tensor([1.0, -1.0]).expand(*tokens.shape).contiguous()
        self._score = (a * rows + b).unsqueeze(-2).expand(examples)
        self._own_score = (b * rows + b).unsqueeze(-2).expand(examples)

    def attention(self, scores: Tensor) -> Attention:
        """Share of either token in what each head reads, both (..., heads, examples).

        The second is no difference to 1: where the first is near it, nothing would be left.
        """
        flat = scores.flatten(-2)
        lead = flat.gather(-1, self._score) - flat.gather(-1, self._own_score)
        return torch.sigmoid(lead), torch.sigmoid(lead.neg_())

    def read(self, table: Tensor, attention: Attention) -> tuple[Tensor, Tensor]:
        """What each example reads (..., examples, width), and with which weights."""
        alpha, rest = attention
        shares = alpha.new_ones(*alpha.shape[:-2], alpha.shape[-1], 1 + 2 * alpha.shape[-2])
        shares[..., 1::2] = alpha.mT
        shares[..., 2::2] = rest.mT
        return self._mixture.gather(table, shares), shares

    def table_slope(self, slope: Tensor, shares: Tensor) -> Tensor:
        """Gradient of the table, from that of what the examples read."""
        return self._mixture.scatter(slope, shares)

    def score_slope(self, table: Tensor, slope: Tensor, attention: Attention, out: Tensor) -> None:
        """Gradient of the scores in `out`, from that of what the examples read."""
        alpha, rest = attention
        won = [(ends.gather(table, self._signs) * slope).sum(-1) for ends in self._ends]
        through = torch.stack(won, -2) * alpha * rest
        flat = out.zero_().flatten(-2)
        flat.scatter_add_(-1, self._score, through)  # a pair stands once: no two meet
        out.diagonal(dim1=-2, dim2=-1).sub_(out.sum(-2))  # a query's own key loses it
