"""The tasks, by the kind of their section in a preset. A new one: a file here and a line below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grok_tui.engine.tasks import modular
from grok_tui.protocol.tasks import ModularAddition, Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from grok_tui.engine.tasks.data import Data, Placement

TASKS: dict[type, Callable[[Any, int, Placement], Data]] = {
    ModularAddition: modular.addition,
}


def build(task: Task, seed: int, placement: Placement) -> Data:
    """Inputs, labels and split of one seed. Raises PresetError for a split file that is wrong."""
    return TASKS[type(task)](task, seed, placement)
