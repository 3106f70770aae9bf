"""Examples as weighted sums of table rows, and the way back from examples to rows.

A product with a one-hot matrix would do the same with a hundred times the arithmetic. Both ways
are `embedding_bag`, which sums each bag in order: the same bits every time, on every device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence


class Lookup:
    """Which rows of a table each example sums. All tensors may carry the same lanes in front."""

    def __init__(self, rows: Tensor, height: int) -> None:
        """`rows` (..., examples, entries), int64, below `height`, the rows of one lane's table."""
        self._lanes: Sequence[int] = rows.shape[:-2]
        examples, entries = rows.shape[-2:]
        flat = rows.reshape(-1, examples * entries)
        tables = len(flat)
        first = torch.arange(tables, device=rows.device).unsqueeze(1) * height
        self._rows = (flat + first).reshape(-1)
        self._starts = torch.arange(0, len(self._rows), entries, device=rows.device)
        self._order = torch.argsort(self._rows, stable=True)
        self._examples = self._order // entries
        counts = torch.bincount(self._rows, minlength=tables * height)
        self._row_starts = counts.cumsum(0) - counts

    def gather(self, table: Tensor, weights: Tensor | None = None) -> Tensor:
        """The sum of each example's rows (..., examples, width).

        table (..., height, width); weights (..., examples, entries), 1 where there are none.
        """
        given = None if weights is None else weights.reshape(-1)
        return self._bags(table, self._rows, self._starts, given)

    def scatter(self, slopes: Tensor, weights: Tensor | None = None) -> Tensor:
        """The transpose: each row's sum over the examples that it is in (..., height, width).

        slopes (..., examples, width); weights as they went into `gather`.
        """
        given = None if weights is None else weights.reshape(-1).index_select(0, self._order)
        return self._bags(slopes, self._examples, self._row_starts, given)

    def _bags(
        self, table: Tensor, members: Tensor, starts: Tensor, weights: Tensor | None
    ) -> Tensor:
        flat = table.reshape(-1, table.shape[-1])
        sums: Tensor = torch.embedding_bag(flat, members, starts, False, 0, False, weights)[0]
        return sums.view(*self._lanes, -1, sums.shape[-1])
