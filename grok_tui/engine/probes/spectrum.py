"""Which frequencies the hidden units hear and speak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.engine.probes import fourier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.probes.subject import Subject


def measure(subject: Subject) -> Mapping[str, list[float]]:
    """|DFT|^2 at the frequencies 1 to (p - 1) / 2, averaged over the units, by side."""
    sides = fourier.sides(subject.weights)
    return {side: fourier.powers(rows).tolist() for side, rows in sides.items()}
