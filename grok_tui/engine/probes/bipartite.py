"""Masks as graphs of networkx, the library that knows paths and neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from torch import Tensor


def graph(mask: Tensor) -> networkx.Graph:
    """Nodes 0 to rows - 1 and then the columns, those without an edge, too; an edge a kept weight.

    mask (rows, columns).
    """
    rows, columns = mask.shape
    made = networkx.Graph()
    made.add_nodes_from(range(rows + columns))
    ends = mask.nonzero()
    ends[:, 1] += rows
    made.add_edges_from(ends.tolist())
    return made
