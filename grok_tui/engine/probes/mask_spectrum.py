"""Whether a mask is periodic: how far its spectrum is from a flat one, against chance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import seeds
from grok_tui.engine.probes import fourier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.probes.subject import Subject

TABLES = ("W_E", "W_F", "W_U")
"""The matrices whose columns are tokens or classes."""
SHUFFLES = 8


def measure(subject: Subject) -> Mapping[str, float]:
    """D of the mask of W_E, W_F and W_U, and as W_E/shuffled the largest of 8 shuffles of it.

    D = ln((p - 1) / 2) - entropy of the power spectrum of the 0/1 mask, averaged over its rows
    (science F18, F19): 0 for a flat one. A mask that keeps all or nothing has no spectrum and is
    absent. The shuffles permute the elements of the matrix, by the same seeds each time.
    """
    found: dict[str, float] = {}
    for name in TABLES:
        if name not in subject.masks:
            continue
        mask = subject.masks[name].double()
        if not fourier.powers(mask).any():
            continue
        found[name] = _departure(mask)
        found[f"{name}/shuffled"] = max(
            _departure(_shuffled(mask, seeds.generator(f"mask-spectrum/{name}", number)))
            for number in range(SHUFFLES)
        )
    return found


def _departure(mask: Tensor) -> float:
    powers = fourier.powers(mask)
    return math.log(len(powers)) - float(fourier.entropy(powers / powers.sum()))


def _shuffled(mask: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(mask.numel(), generator=generator)
    return mask.flatten()[order].view_as(mask)
