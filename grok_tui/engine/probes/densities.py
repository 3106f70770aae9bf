"""Where a mask keeps weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.probes.subject import Subject


def measure(subject: Subject) -> Mapping[str, float]:
    """Kept share of each matrix, W_E, and of all of them together, net."""
    masks = subject.masks
    kept = {name: int(mask.count_nonzero()) for name, mask in masks.items()}
    layers = {name: kept[name] / mask.numel() for name, mask in masks.items()}
    weights = sum(mask.numel() for mask in masks.values())
    return {**layers, "net": sum(kept.values()) / weights}
