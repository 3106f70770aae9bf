"""How well a mask spreads for its number of edges: the three variants of the Ramanujan gap."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grok_tui.engine.probes import matrices, spectral_gap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.probes.subject import Subject


def measure(subject: Subject) -> Mapping[str, float]:
    """W_E/a, W_E/b and W_E/c; means and empty matrices as in `matrices.each`.

    With mu the second singular value of the 0/1 mask, d the mean degree of all nodes, d_L of the
    rows and d_R of the columns: a = sqrt(2 d - 1) - mu, b = 2 sqrt(d - 1) - mu and
    c = sqrt(d_L - 1) + sqrt(d_R - 1) - mu. A variant whose root does not exist is absent. Only
    trends compare (science.md, section 7).
    """
    return matrices.each(subject, lambda mask, _: gaps(mask))


def gaps(mask: Tensor) -> dict[str, float]:
    """The variants that a mask (rows, columns) has."""
    rows, columns = mask.shape
    edges = float(mask.sum())
    _, second = spectral_gap.largest(mask)
    degree = 2 * edges / (rows + columns)
    under_roots = {
        "a": [2 * degree - 1],
        "b": [degree - 1, degree - 1],
        "c": [edges / rows - 1, edges / columns - 1],
    }
    return {
        variant: sum(map(math.sqrt, terms)) - second
        for variant, terms in under_roots.items()
        if min(terms) >= 0
    }
