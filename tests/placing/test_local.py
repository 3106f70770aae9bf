"""The devices of this machine: which they are, and who trains on them."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import UsageError
from grok_tui.monitor import launch
from grok_tui.placing import local
from grok_tui.placing.local import Local, place, slots
from grok_tui.placing.place import Asked
from grok_tui.protocol import presets
from grok_tui.protocol.rundir import create
from tests import fakes
from tests.engine import tiny
from tests.placing.staged import made

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir


class Trainers:
    """Stand-ins for trainers: which run is trained where, and whether that goes on."""

    def __init__(self) -> None:
        self.on: dict[str, str] = {}
        self.threads: dict[str, int] = {}

    def train(self, run: RunDir, device: str = "", threads: int = 0) -> None:
        self.on[run.id] = device
        self.threads[run.id] = threads

    def lives(self, run: RunDir) -> bool:
        return run.id in self.on


@pytest.fixture
def trainers(monkeypatch: pytest.MonkeyPatch) -> Trainers:
    found = Trainers()
    monkeypatch.setattr(launch, "train", found.train)
    monkeypatch.setattr(launch, "lives", found.lives)
    return found


def test_devices_are_as_they_are_named() -> None:
    assert slots(("cpu", "cuda:1", "cuda:1")) == ("cpu", "cuda:1", "cuda:1")
    for wrong in ("gpu", "cuda:", "cuda:1 ", "../cpu", ""):
        with pytest.raises(UsageError, match="expected auto, or as cpu,cuda:0"):
            slots((wrong,))
    with pytest.raises(UsageError, match="at most 64"):
        slots(("cpu",) * 65)


def test_by_itself_it_takes_every_gpu_or_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["A", "B"]
    monkeypatch.setattr(local, "gpus", lambda: tuple(found))
    monkeypatch.setattr(metadata, "version", lambda _: "2.6.0")
    assert slots(()) == ("cuda:0", "cuda:1")
    monkeypatch.setattr(metadata, "version", lambda _: "2.6.0+cpu")
    assert slots(()) == ("cpu",)
    monkeypatch.setattr(metadata, "version", lambda _: "2.6.0")
    found.clear()
    assert slots(()) == ("cpu",)


def test_a_trainer_for_each_device(tmp_path: Path, trainers: Trainers) -> None:
    here = Local(("cpu", "cuda:0", "cuda:0"))
    runs = [create(tmp_path, f"n{number}") for number in range(4)]
    for left, run in zip((2, 1, 0), runs, strict=False):
        here.start(run)
        assert here.room() == left
    assert sorted(trainers.on.values()) == ["cpu", "cuda:0", "cuda:0"]
    on = trainers.on.pop(runs[0].id)
    assert (here.room(), here.running()) == (1, {runs[1].id, runs[2].id})
    here.start(runs[3])
    assert trainers.on[runs[3].id] == on


def test_a_lane_alone_has_one_thread_as_it_has_among_others(
    tmp_path: Path, trainers: Trainers
) -> None:
    here = Local(("cpu", "cpu"))
    alone, several = create(tmp_path, "alone"), create(tmp_path, "several")
    alone.config.write_text(presets.dump(tiny.tiny((tiny.DENSE,))))
    several.config.write_text(presets.dump(tiny.tiny((tiny.DENSE,), seeds=(0, 1))))
    here.start(alone)
    here.start(several)
    assert trainers.threads == {alone.id: 1, several.id: 0}


def test_starting_twice_starts_one(tmp_path: Path, trainers: Trainers) -> None:
    here = Local(("cpu", "cpu"))
    run = create(tmp_path, "n")
    here.start(run)
    trainers.on[run.id] = "as it was"
    here.start(run)
    assert trainers.on == {run.id: "as it was"}


def test_trainers_of_a_driver_before_keep_their_devices(tmp_path: Path, trainers: Trainers) -> None:
    sweep = made(tmp_path)
    id_ = "20261121-101500-tiny-abcd"
    run = fakes.recorded_run(sweep.packs, "running", run_id=id_)
    here = place(sweep, Asked(("cpu", "cpu")))
    assert (here.room(), here.running()) == (1, {id_})
    fakes.let_go(run)
    assert here.room() == 2


def test_options_are_for_others(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="for other engines"):
        place(made(tmp_path), Asked(options=("--partition=gpu",)))
