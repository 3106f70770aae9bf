"""Where the files of MNIST lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from grok_tui.protocol import mnist
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.config import Config
from grok_tui.protocol.tasks import Digits, Mnist


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("XDG_DATA_HOME", "")


def test_a_folder_that_is_named_is_taken() -> None:
    assert mnist.folder(Mnist(folder="~/idx")) == Path("/home/ada/idx")
    assert mnist.folder(Mnist(folder="/idx")) == Path("/idx")


def test_else_they_lie_with_the_users_data(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mnist.folder(Mnist()) == Path("/home/ada/.local/share/grok-tui/mnist")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert mnist.folder(Mnist()) == Path("/data/grok-tui/mnist")


def test_a_run_reads_the_folders_of_its_task_and_of_those_of_its_arms() -> None:
    arms = (Arm(name="a"), Arm(name="b", task=Mnist(folder="/b")), Arm(name="c", task=Mnist()))
    shared = Path("/home/ada/.local/share/grok-tui/mnist")
    assert mnist.folders(Config(title="t", task=Mnist(), arms=arms)) == [shared, Path("/b")]
    assert mnist.folders(Config(title="t", task=Digits(), arms=arms)) == [Path("/b"), shared]
    assert mnist.folders(Config(title="t", task=Digits(), arms=arms[:1])) == []


def test_a_file_is_found_unpacked_or_gzipped(tmp_path: Path) -> None:
    file = mnist.TRAIN_LABELS
    assert file.found(tmp_path) is None
    (tmp_path / "train-labels-idx1-ubyte.gz").touch()
    assert file.found(tmp_path) == tmp_path / "train-labels-idx1-ubyte.gz"
    (tmp_path / "train-labels-idx1-ubyte").touch()
    assert file.found(tmp_path) == tmp_path / "train-labels-idx1-ubyte"
    (tmp_path / "t10k-labels-idx1-ubyte").mkdir()
    assert mnist.TEST_LABELS.found(tmp_path) is None
