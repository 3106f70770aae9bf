"""Death at every write, sync, rename and unlink: the run resumes and equals an unhurt one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.engine import trainer
from grok_tui.protocol.disk import Disk
from tests.engine import runs, tiny

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET, tiny.L1), seeds=(1,), steps=55)


class Death(BaseException):
    """The process is gone; nothing of it runs any more."""


class DeadlyDisk(Disk):
    """Dies at its n-th act: a write half done, all others not done."""

    def __init__(self, deadly: int) -> None:
        self._deadly = deadly
        self.acts = 0

    def _act(self) -> bool:
        self.acts += 1
        if self.acts > self._deadly > 0:
            raise Death
        return self.acts == self._deadly

    def write(self, descriptor: int, data: bytes) -> int:
        if self._act():
            super().write(descriptor, data[: len(data) // 2])
            raise Death
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        if self._act():
            raise Death

    def rename(self, old: Path, new: Path) -> None:
        if self._act():
            raise Death
        super().rename(old, new)

    def unlink(self, path: Path) -> None:
        if self._act():
            raise Death
        super().unlink(path)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    run = runs.new_run(tmp_path_factory.mktemp("straight"), CONFIG)
    assert runs.train(run) == 0
    return run


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every tenth act or so, to have deaths in and between them."""
    monkeypatch.setattr(trainer, "CHECKPOINT_EVERY", 0.03)
    monkeypatch.setattr(trainer, "CHECKPOINT_SHARE", 1e9)


def die_and_resume(straight: RunDir, folder: Path, deadly: int) -> None:
    run = runs.new_run(folder, CONFIG)
    try:
        code = runs.train(run, disk=DeadlyDisk(deadly))
    except Death:
        code = runs.train(run)
    assert code == 0
    assert runs.lasting(run) == runs.lasting(straight)
    assert runs.artifacts(run) == runs.artifacts(straight)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("deadly", [1, 4, 5, 7, 8, 9, 11, 15, 20, 26, 31])
def test_after_a_death_the_run_goes_on_as_if_nothing_had_been(
    straight: RunDir, tmp_path: Path, deadly: int
) -> None:
    die_and_resume(straight, tmp_path, deadly)


@pytest.mark.faults
@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("deadly", range(1, 120))
def test_death_at_every_act(straight: RunDir, tmp_path: Path, deadly: int) -> None:
    die_and_resume(straight, tmp_path, deadly)
