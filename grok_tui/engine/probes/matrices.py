"""The masks of a network as bipartite graphs: rows and columns are nodes, kept weights edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from grok_tui.engine.probes.subject import Subject


def each(
    subject: Subject, look: Callable[[Tensor, Tensor], Mapping[str, float]]
) -> dict[str, float]:
    """What is seen in each matrix that has an edge, as W_E/PART, and the means, as mean/PART.

    `look` takes the mask and the masked weights of a matrix, (rows, columns) each, float64.
    Matrices of heads (heads, d_head, d_model) are taken as (heads x d_head, d_model). A number that
    a matrix does not have is absent and does not count in its mean; `empty` is how many matrices
    have lost every edge.
    """
    found: dict[str, float] = {}
    seen: dict[str, list[float]] = {}
    empty = 0
    for name, mask in subject.masks.items():
        edges = mask.double().flatten(0, -2)
        if not edges.any():
            empty += 1
            continue
        for part, value in look(edges, subject.weights[name].flatten(0, -2) * edges).items():
            found[f"{name}/{part}"] = value
            seen.setdefault(part, []).append(value)
    means = {f"mean/{part}": sum(values) / len(values) for part, values in seen.items()}
    return {**found, **means, "empty": float(empty)}
