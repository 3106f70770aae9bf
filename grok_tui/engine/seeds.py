"""Generators keyed by seed and purpose: no two lanes or purposes ever share a stream."""

from __future__ import annotations

import hashlib

import torch
from torch import Generator


def generator(purpose: str, seed: int) -> Generator:
    """A CPU generator that depends on its purpose and seed alone.

    CPU always: what is drawn must not depend on the device that trains.
    """
    digest = hashlib.sha256(f"{purpose}/{seed}".encode()).digest()
    return torch.Generator("cpu").manual_seed(int.from_bytes(digest[:8], "big", signed=True))
