"""The split that goes with weights from a file: weights never meet a test set they were trained on.

Inside a run there is nothing to check: arms of one seed and task share one split. Weights from a
file bring theirs along, if the file says which it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grok_tui.engine import weights
from grok_tui.errors import PresetError
from grok_tui.protocol.tasks import PairsTask

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.tasks.data import Data
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.models import Model
    from grok_tui.protocol.tasks import Task

KEY = "model.weights_from"
INITIAL = "init."
"""The prefix of the weights that an arm started from; dense ones go with every split."""
MARK = "init_trained"
"""A tensor of files whose `init.` weights know the training set: their split goes along, too."""


def taken_along(task: Task, model: Model) -> Task:
    """The task with the split of the file that the weights come from, where it names none itself.

    Raises PresetError for a file that is no safetensors file.
    """
    if not isinstance(task, PairsTask) or task.split_from or not _trained(model):
        return task
    if len(weights.read(model.weights_from, KEY, ("train_pairs", "test_pairs"))) < 2:
        return task
    return msgspec.structs.replace(task, split_from=model.weights_from)


def check(data: Data, task: Task, model: Model) -> None:
    """Refuse data of which a part was split otherwise when the weights were trained.

    Raises PresetError.
    """
    if not _trained(model) or getattr(task, "split_from", "") == model.weights_from:
        return
    found = weights.read(model.weights_from, KEY, data.split)
    for name, theirs in found.items():
        if not _alike(theirs, data.split[name]):
            problem = f"these weights were trained with another split: its {name} are not these"
            raise PresetError(model.weights_from, KEY, problem)


def _alike(theirs: Tensor, ours: Tensor) -> bool:
    """Whether these are the same examples in any order; nothing is known yet of theirs."""
    if theirs.shape != ours.shape or theirs.is_complex():
        return False
    return bool(sorted(theirs.tolist()) == sorted(ours.tolist()))


def starts_trained(config: Config, arm: Arm) -> bool:
    """Whether what an arm starts from knows the training set: later weights, or a mask of them."""
    rewound = arm.rewind_to != "init" or (arm.init == "shared" and _trained(config.model))
    return rewound or arm.method != "none"


def _trained(model: Model) -> bool:
    if not model.weights_from:
        return False
    return model.weights_prefix != INITIAL or bool(weights.read(model.weights_from, KEY, [MARK]))
