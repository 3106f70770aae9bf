"""Numbers about a network in training, by name. A new one: a module here and a line in
`protocol/probing.py`.

The module of `mask-distance` is `mask_distance`; its `measure(subject)` gives numbers, or lists of
them, by the name of the part.
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.probes.subject import Subject


def measure(name: str, subject: Subject) -> dict[str, float | list[float]]:
    """What the probe of that name sees, by "<probe>/<part>"; only finite numbers and lists.

    Nothing of a network that has diverged: it has no structure to look at.
    """
    if not all(weights.isfinite().all() for weights in subject.weights.values()):
        return {}
    module = import_module(f"{__name__}.{name.replace('-', '_')}")
    found: Mapping[str, float | list[float]] = module.measure(subject)
    return {f"{name}/{part}": value for part, value in found.items() if _finite(value)}


def _finite(value: float | list[float]) -> bool:
    return all(map(math.isfinite, value if isinstance(value, list) else [value]))
