"""How many frequencies a hidden unit hears and speaks: low where a network is periodic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.engine.probes import fourier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.probes.subject import Subject


def measure(subject: Subject) -> Mapping[str, float]:
    """Fourier entropy of each side, in and out (`fourier.sides`), and of in/published the same.

    Amplitudes over their sum are the shares of the frequencies 1 to (p - 1) / 2 in a unit; the mean
    of their entropies is over the units that have any. 0 for one frequency each, ln((p - 1) / 2)
    for a flat spectrum. The published form is the cross entropy of the shares taken as logits, of
    frequencies up to (p - 3) / 2 only: from ln(1 + 31 / e) to ln 32 at p = 67. A side without a
    frequency has no entropy and is absent.
    """
    found: dict[str, float] = {}
    for side, rows in fourier.sides(subject.weights).items():
        amplitudes = fourier.amplitudes(rows)
        shares = _shares(amplitudes)
        if len(shares):
            found[side] = float(fourier.entropy(shares).mean())
        shares = _shares(amplitudes[:, :-1])
        if len(shares):
            found[f"{side}/published"] = float(-(shares * shares.log_softmax(1)).sum(1).mean())
    return found


def _shares(amplitudes: Tensor) -> Tensor:
    """Rows that sum to 1, of the rows (rows, frequencies) that are not all 0."""
    totals = amplitudes.sum(1, keepdim=True)
    live = totals[:, 0] > 0
    return amplitudes[live] / totals[live]
