"""What probes find in lanes that nobody trained: numbers of the right shape that follow a fate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.protocol.events import ProbeValue, Series
from grok_tui.protocol.probing import Probe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grok_tui.protocol.config import Config


@dataclass(frozen=True)
class Fate:
    """What becomes of a lane: when it memorises and generalises (None: never)."""

    t_mem: int | None
    t_gen: int | None
    l1_ratio: float = 1.0
    l2_ratio: float = 1.0


PROBED = tuple(
    Probe(probe=name, every=every)
    for name, every in {
        "norms": 0,
        "fourier-entropy": 0,
        "mask-distance": 0,
        "spectrum": 50,
        "embedding-pca": 50,
        "progress": 50,
    }.items()
)
"""Probes that `probed` has made-up values for."""


def rise(step: int, when: int | None, slope: float, floor: float) -> float:
    """A logistic curve over log(step) that passes 0.95 at `when`."""
    if when is None or step == 0:
        return floor
    height = slope * math.log(step / when) + math.log(0.951 / 0.049)
    return max(floor, 1 / (1 + math.exp(-height)))


def probed(config: Config, step: int, before: int, fate: Fate) -> dict[str, ProbeValue]:
    """What the probes of the configuration find at a step; the one before it was `before`."""
    found: dict[str, ProbeValue] = {}
    for probe in config.probes:
        due = not probe.every or step // probe.every > before // probe.every or step == 0
        if due:
            values = _PROBES[probe.probe](step, fate)
            found |= {f"{probe.probe}/{part}": value for part, value in values.items()}
    return found


def to_last(arm: str, seed: int, steps: Sequence[int]) -> Series:
    """The distance to the last mask, known at the end of a lane."""
    values = tuple(0.72 * (1 - step / max(1, steps[-1])) for step in steps)
    name = "mask-distance/to-last"
    return Series(arm=arm, seed=seed, name=name, steps=tuple(steps), values=values)


def _norms(step: int, fate: Fate) -> dict[str, ProbeValue]:
    norm = 21_000 * fate.l1_ratio * (1 - 0.35 * step / (step + 1500))
    return {"W_E/l1": norm / 2, "W_U/l1": norm / 2, "net/l1": norm}


def _entropy(step: int, fate: Fate) -> dict[str, ProbeValue]:
    lost = rise(step, fate.t_gen, 3.0, 0.0)
    values = {"in": 3.36 - lost, "out": 3.36 - 0.9 * lost}
    return {**values, **{f"{side}/published": value + 0.1 for side, value in values.items()}}


def _distance(step: int, fate: Fate) -> dict[str, ProbeValue]:
    moved = 0.3 * rise(step, fate.t_gen, 1.0, 0.2)
    return {"W_E": moved, "W_E/chance": 0.75, "net": moved / 2, "net/chance": 0.75} if step else {}


def _spectrum(step: int, fate: Fate) -> dict[str, ProbeValue]:
    key = 1 + 4 * rise(step, fate.t_gen, 3.0, 0.0)
    power = tuple(key if n in (5, 14, 27) else 1 + 0.2 * math.sin(n) for n in range(1, 34))
    return {"in": power, "out": tuple(reversed(power))}


def _plane(step: int, fate: Fate) -> dict[str, ProbeValue]:
    round_ = rise(step, fate.t_gen, 3.0, 0.1)
    angles = [2 * math.pi * 5 * token / 67 for token in range(67)]
    return {
        "W_E/first": tuple(round_ * math.cos(angle) for angle in angles),
        "W_E/second": tuple(round_ * math.sin(angle) for angle in angles),
        "W_E/shares": (0.31, 0.29),
    }


def _progress(step: int, fate: Fate) -> dict[str, ProbeValue]:
    share = rise(step, fate.t_gen, 3.0, 0.0)
    return {"restricted": 4.2 * (1 - share), "excluded": 4.2 * share, "frequencies": (5.0, 14.0)}


_PROBES: dict[str, Callable[[int, Fate], dict[str, ProbeValue]]] = {
    "norms": _norms,
    "fourier-entropy": _entropy,
    "mask-distance": _distance,
    "spectrum": _spectrum,
    "embedding-pca": _plane,
    "progress": _progress,
}
