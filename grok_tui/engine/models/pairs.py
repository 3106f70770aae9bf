"""Two tokens that attend: how examples read tables of the vocabulary through attention."""

from __future__ import annotations

import torch
from torch import Tensor

from grok_tui.engine.lookup import Lookup


class Pairs:
    """A set of examples: where each finds its rows and its scores, and how it shares its attention.

    tokens (..., examples, 2). The vocabulary has `rows` rows: one a token, or one for each of its
    two positions. A table has 1 + heads blocks of so many rows, scores are (..., heads, rows, rows)
    by key and query, and an example reads row b of the first block, and of each head's block the
    share alpha of row a and the rest of row b. Scores are multiplied by `scale`.
    """

    def __init__(self, tokens: Tensor, W_E: Tensor, rows: int, heads: int, scale: float) -> None:
        self._scale = scale
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
        self._shares = W_E.new_ones(*tokens.shape[:-1], 1 + 2 * heads)
        """The weight of each row that an example reads: 1, then alpha and the rest by head."""
        self._alpha, self._rest = self._shares[..., 1::2].mT, self._shares[..., 2::2].mT

    def attend(self, scores: Tensor) -> None:
        """Let each example share its attention by the scores.

        The rest is no difference to 1: where alpha is near it, nothing would be left.
        """
        flat = scores.flatten(-2)
        lead = flat.gather(-1, self._score).sub_(flat.gather(-1, self._own_score))
        torch.sigmoid(lead.mul_(self._scale), out=self._alpha)
        torch.sigmoid(lead.neg_(), out=self._rest)

    def read(self, table: Tensor) -> Tensor:
        """What each example reads (..., examples, width)."""
        return self._mixture.gather(table, self._shares)

    def table_slope(self, slope: Tensor) -> Tensor:
        """Gradient of the table, from that of what the examples read."""
        return self._mixture.scatter(slope, self._shares)

    def alpha_slope(self, table: Tensor, slope: Tensor) -> Tensor:
        """Gradient of alpha (..., heads, examples), from that of what the examples read."""
        won = [ends.gather(table, self._signs).mul_(slope).sum(-1) for ends in self._ends]
        return torch.stack(won, -2)

    def score_slope(self, slope: Tensor, out: Tensor) -> None:
        """Gradient of the scores in `out`, from that of alpha, which is overwritten."""
        through = slope.mul_(self._alpha).mul_(self._rest).mul_(self._scale)
        out.zero_().flatten(-2).scatter_add_(-1, self._score, through)  # no two pairs meet there
        out.diagonal(dim1=-2, dim2=-1).sub_(out.sum(-2))  # a query's own key loses it
