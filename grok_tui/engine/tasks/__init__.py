"""The tasks: `modular-addition` of a preset is `data` in `modular_addition.py` of this folder."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from grok_tui.protocol.section import kind

if TYPE_CHECKING:
    from grok_tui.engine.tasks.data import Data, Placement
    from grok_tui.protocol.tasks import Task


def build(task: Task, seed: int, placement: Placement) -> Data:
    """Inputs, labels and split of one seed.

    Raises PresetError for a file that the task names and that is missing or wrong.
    """
    name = kind(task).replace("-", "_")
    built: Data = import_module(f"{__name__}.{name}").data(task, seed, placement)
    return built
