"""Small IDX files, and the folder of a small MNIST."""

from __future__ import annotations

import gzip
import random
import struct
from typing import TYPE_CHECKING

from grok_tui.protocol import mnist

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def images(count: int, rows: int, columns: int, seed: int = 0) -> bytes:
    """An image file of random grey values."""
    grey = random.Random(seed).randbytes(count * rows * columns)
    return struct.pack(">IIII", 2051, count, rows, columns) + grey


def labels(classes: Sequence[int]) -> bytes:
    """A label file."""
    return struct.pack(">II", 2049, len(classes)) + bytes(classes)


def small_mnist(folder: Path, train: int = 30, test: int = 12) -> dict[str, bytes]:
    """Write the four files, two of them gzipped; what they hold unpacked, by name."""
    whole = {
        mnist.TRAIN_IMAGES: images(train, 28, 28, seed=1),
        mnist.TRAIN_LABELS: labels([number % 10 for number in range(train)]),
        mnist.TEST_IMAGES: images(test, 28, 28, seed=2),
        mnist.TEST_LABELS: labels([number % 7 for number in range(test)]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for index, (file, data) in enumerate(whole.items()):
        if index % 2:
            (folder / file.packed).write_bytes(gzip.compress(data))
        else:
            (folder / file.name).write_bytes(data)
    return {file.name: data for file, data in whole.items()}
