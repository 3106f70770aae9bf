"""How many edges lie between two nodes of a mask's graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx  # type: ignore[import-untyped]

from grok_tui.engine.probes import bipartite, matrices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.probes.subject import Subject


def measure(subject: Subject) -> Mapping[str, float]:
    """W_E/length and W_E/connected; means and empty matrices as in `matrices.each`.

    length: mean number of edges on a shortest path, over the pairs of nodes in the largest
    component of the bipartite graph; connected: the share of all nodes that are in it.
    """
    return matrices.each(subject, lambda mask, _: paths(mask))


def paths(mask: Tensor) -> dict[str, float]:
    """Of a mask (rows, columns) with at least one edge."""
    graph = bipartite.graph(mask)
    largest = max(networkx.connected_components(graph), key=len)
    length = networkx.average_shortest_path_length(graph.subgraph(largest).copy())
    return {"length": float(length), "connected": len(largest) / len(graph)}
