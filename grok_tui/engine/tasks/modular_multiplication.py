"""Modular multiplication, with 0 among the factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.engine.tasks import pairs

if TYPE_CHECKING:
    from grok_tui.engine.tasks.data import Data, Placement
    from grok_tui.protocol.tasks import ModularMultiplication


def data(task: ModularMultiplication, seed: int, placement: Placement) -> Data:
    """Labels a b mod p. Raises PresetError for a split file that does not fit."""
    return pairs.data(task, seed, placement, lambda a, b: a * b % task.p)
