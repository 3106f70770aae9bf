"""The files of MNIST: their names, what they are known by, where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.protocol.paths import expanded, is_file, user_folder
from grok_tui.protocol.tasks import Mnist

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config


@dataclass(frozen=True)
class IdxFile:
    """A file as it is published: gzipped."""

    name: str
    """Of what it unpacks to."""
    size: int
    """Bytes of the gzipped file."""
    sha256: str
    """Of the gzipped file."""

    @property
    def packed(self) -> str:
        """The name of the gzipped file."""
        return f"{self.name}.gz"

    def found(self, folder: Path) -> Path | None:
        """Where it lies in a folder, unpacked or gzipped; None if it does not."""
        paths = (folder / self.name, folder / self.packed)
        return next((path for path in paths if is_file(path)), None)


TRAIN_IMAGES = IdxFile(
    "train-images-idx3-ubyte",
    9_912_422,
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
)
TRAIN_LABELS = IdxFile(
    "train-labels-idx1-ubyte",
    28_881,
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
)
TEST_IMAGES = IdxFile(
    "t10k-images-idx3-ubyte",
    1_648_877,
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
)
TEST_LABELS = IdxFile(
    "t10k-labels-idx1-ubyte",
    4_542,
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
)
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


def folder(task: Mnist) -> Path:
    """Where a task has its files: the folder that it names, else that of the user's data."""
    if task.folder:
        return expanded(task.folder)
    return user_folder("DATA", ".local/share") / "mnist"


def folders(config: Config) -> list[Path]:
    """The folders that the tasks of a run read, each once."""
    tasks = [config.task, *(config.task_of(arm) for arm in config.arms)]
    return list(dict.fromkeys(folder(task) for task in tasks if isinstance(task, Mnist)))


def missing(config: Config) -> list[tuple[Path, IdxFile]]:
    """The files that a run needs and that are not in its folders."""
    return [
        (place, file) for place in folders(config) for file in FILES if file.found(place) is None
    ]
