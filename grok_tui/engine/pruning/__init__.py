"""Pruning methods, each a module of the name that a preset uses.

A method is one function, its score: one number a weight, higher is kept. Counts, scope and ties
are the same for all of them and live in `masks.py`.
"""

from __future__ import annotations

from grok_tui.engine.pruning.masks import Reading, mask

__all__ = ["Reading", "mask"]
