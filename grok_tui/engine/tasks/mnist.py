"""MNIST out of its four files. They are fetched before a run begins, never by the trainer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine.tasks import idx, images
from grok_tui.engine.tasks.data import Data
from grok_tui.errors import PresetError
from grok_tui.protocol import mnist

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from grok_tui.engine.tasks.data import Placement
    from grok_tui.protocol.mnist import IdxFile
    from grok_tui.protocol.tasks import Mnist

SIDE = 28
WHITE = 255


def data(task: Mnist, seed: int, placement: Placement) -> Data:
    """Grey values divided by 255: some images of the training file, and all of the test file.

    Raises PresetError, with the file's name, for files that are missing or not whole.
    """
    folder = mnist.folder(task)
    train = _pair(folder, mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS)
    test = _pair(folder, mnist.TEST_IMAGES, mnist.TEST_LABELS)
    there = len(train[1])
    if there < task.train_images:
        problem = f"{mnist.TRAIN_IMAGES.name} has {there} images; expected at most so many"
        raise PresetError(str(folder), "task.train_images", problem)
    chosen = images.shuffled(there, seed)[: task.train_images].clone()
    every = torch.arange(len(test[1]))
    return Data(
        train=images.examples(train, chosen, WHITE, placement),
        test=images.examples(test, every, WHITE, placement),
        split={"train_images": chosen, "test_images": every},
        loss=task.loss,
    )


def _pair(folder: Path, grey: IdxFile, classes: IdxFile) -> tuple[Tensor, Tensor]:
    return idx.pair(_file(folder, grey), _file(folder, classes), SIDE)


def _file(folder: Path, wanted: IdxFile) -> Path:
    found = wanted.found(folder)
    if found is None:
        problem = f"there is no {wanted.packed}; put the four files of MNIST there, gzipped or not"
        raise PresetError(str(folder), idx.KEY, problem)
    return found
