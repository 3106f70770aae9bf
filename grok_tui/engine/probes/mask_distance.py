"""How far a mask has moved: Jaccard distances, and what chance alone would make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grok_tui.engine.probes.subject import Subject


def measure(subject: Subject) -> Mapping[str, float]:
    """Distance to the mask of this probe's measurement before, of each matrix and of the net.

    W_E and net; W_E/chance and net/chance are those of independent masks of the two densities.
    Nothing at the first measurement.
    """
    if subject.earlier is None:
        return {}
    now, before = ({**masks, "net": packed(masks)} for masks in (subject.masks, subject.earlier))
    found: dict[str, float] = {}
    for name, mask in now.items():
        found[name] = distance(mask, before[name])
        found[f"{name}/chance"] = by_chance(mask, before[name])
    return found


def to_last(masks: Iterable[Tensor], last: Tensor) -> dict[str, list[float]]:
    """to-last, the distance of each mask to the last of them, and to-last/chance.

    Each (weights,) of 0 and 1, uint8, all in one order (`Layout.packed`).
    """
    found: dict[str, list[float]] = {"to-last": [], "to-last/chance": []}
    for mask in masks:
        found["to-last"].append(distance(mask, last))
        found["to-last/chance"].append(by_chance(mask, last))
    return found


def distance(mask: Tensor, other: Tensor) -> float:
    """1 - weights that both keep over weights that either keeps; 0 if neither keeps any."""
    both = int((mask & other).count_nonzero())
    either = int((mask | other).count_nonzero())
    return 1 - both / either if either else 0.0


def by_chance(mask: Tensor, other: Tensor) -> float:
    """1 - f g / (f + g - f g), f and g the kept shares; 0 if both are 0."""
    f, g = (int(one.count_nonzero()) / one.numel() for one in (mask, other))
    return 1 - f * g / (f + g - f * g) if f + g else 0.0


def packed(masks: Mapping[str, Tensor]) -> Tensor:
    """All masks as one (weights,)."""
    return torch.cat([mask.flatten() for mask in masks.values()])
