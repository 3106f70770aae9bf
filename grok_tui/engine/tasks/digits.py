"""The small images: they travel with the program, so nothing is fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.engine.tasks import idx, images
from grok_tui.engine.tasks.data import Data

if TYPE_CHECKING:
    from grok_tui.engine.tasks.data import Placement
    from grok_tui.protocol.tasks import Digits

FOLDER = Path(__file__).parent / "embedded"
SIDE = 8
WHITE = 16


def data(task: Digits, seed: int, placement: Placement) -> Data:
    """Grey values divided by 16; the split is a seeded shuffle of the 1797 images."""
    names = ("digits-images-idx3-ubyte.gz", "digits-labels-idx1-ubyte.gz")
    pair = idx.pair(FOLDER / names[0], FOLDER / names[1], SIDE)
    order = images.shuffled(len(pair[1]), seed)
    train, test = order[: task.train_images].clone(), order[task.train_images :].clone()
    return Data(
        train=images.examples(pair, train, WHITE, placement),
        test=images.examples(pair, test, WHITE, placement),
        split={"train_images": train, "test_images": test},
        loss=task.loss,
    )
