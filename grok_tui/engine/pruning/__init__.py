"""Pruning methods by the name a preset uses. A new one: a file here and a line below.

A method overrides one thing, its score: one number a weight, higher is kept. Counts, scope and
ties are the same for all of them and live in `masks.py`.
"""

from __future__ import annotations

from grok_tui.engine.pruning import magnitude, none, random, shuffle
from grok_tui.engine.pruning.masks import Method, Reading, mask

METHODS: dict[str, Method] = {
    "none": none.METHOD,
    "magnitude": magnitude.METHOD,
    "random": random.METHOD,
    "shuffle": shuffle.METHOD,
}

__all__ = ["METHODS", "Method", "Reading", "mask"]
