"""A random table: the control that has nothing to generalise to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine import seeds
from grok_tui.engine.tasks import pairs

if TYPE_CHECKING:
    from grok_tui.engine.tasks.data import Data, Placement
    from grok_tui.protocol.tasks import RandomTable


def data(task: RandomTable, seed: int, placement: Placement) -> Data:
    """Labels drawn uniformly from 0 to p - 1, one for each unordered pair.

    They depend on the seed and p alone, not on the split. Raises PresetError for a split file that
    does not fit.
    """
    generator = seeds.generator("table", seed)
    table = torch.randint(task.p, (task.p, task.p), generator=generator)
    return pairs.data(task, seed, placement, lambda a, b: table[a, b])
