"""How much the nodes of a mask's graph share their neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx  # type: ignore[import-untyped]

from grok_tui.engine.probes import bipartite, matrices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.probes.subject import Subject


def measure(subject: Subject) -> Mapping[str, float]:
    """W_E/coefficient; means and empty matrices as in `matrices.each`."""
    return matrices.each(subject, lambda mask, _: {"coefficient": coefficient(mask)})


def coefficient(mask: Tensor) -> float:
    """Mean over all nodes of a mask (rows, columns), 0 for one that shares no neighbour.

    Of a node: the mean of |common| / |all neighbours of either| over the nodes that have a
    neighbour in common with it. Common clustering counts triangles, and here there are none.
    """
    graph = bipartite.graph(mask)
    return float(networkx.bipartite.average_clustering(graph, mode="dot"))
