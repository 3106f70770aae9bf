"""The tokens as points in the plane in which their embeddings differ most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grok_tui.engine.probes.subject import Subject

TABLES = ("W_E", "W_F")
COMPONENTS = ("first", "second")
ROUNDING = 1e-9
"""A coordinate below this share of the largest has no sign to go by."""


def measure(subject: Subject) -> Mapping[str, list[float]]:
    """Of the columns of W_E, and of W_F where there is one, centred: principal components.

    W_E/first and W_E/second are the coordinates of each token, W_E/shares the parts of the
    variance that the two explain. A table whose columns are all the same is absent, and so is the
    second of a table with a single row.
    """
    found: dict[str, list[float]] = {}
    for name in TABLES:
        if name in subject.weights:
            found |= {f"{name}/{part}": value for part, value in _plane(subject.weights[name])}
    return found


def _plane(table: Tensor) -> Iterator[tuple[str, list[float]]]:
    points = table.mT
    centred = points - points.mean(0)
    if centred.abs().max() <= ROUNDING * points.abs().max():
        return
    U, S, _ = torch.linalg.svd(centred, full_matrices=False)
    for component, coordinates in zip(COMPONENTS, (U * S).mT, strict=False):
        yield component, upright(coordinates).tolist()
    shares = S.square() / S.square().sum()
    yield "shares", shares[: len(COMPONENTS)].tolist()


def upright(coordinates: Tensor) -> Tensor:
    """The coordinates (tokens,) or their mirror image: token 0 is positive.

    The sign of a component means nothing, and without a rule pictures of a training would flip.
    Where token 0 is at 0, the first that is not counts.
    """
    clear = coordinates[coordinates.abs() > ROUNDING * coordinates.abs().max()]
    return -coordinates if len(clear) and clear[0] < 0 else coordinates
