"""What the actor of a Ray cluster does, without Ray."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

import grok_tui
from grok_tui.monitor import launch
from grok_tui.placing.ray_slot import Slot
from grok_tui.protocol.rundir import TrainerLock
from tests import fakes
from tests.engine import runs, tiny
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

WRITES = "import sys, pathlib; pathlib.Path(sys.argv[1], 'seen').write_text(' '.join(sys.argv[2:]))"
WAITS = "import time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    """A run that nobody has trained."""
    return runs.new_run(tmp_path, tiny.tiny())


def engine(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Something quicker than a trainer."""
    monkeypatch.setattr(launch, "ENGINE", (sys.executable, "-c", code))


def ended(slot: Slot, number: int, run: RunDir) -> int:
    """The exit code, once there is one."""
    until(lambda: slot.tend(number, str(run.path))[0] == "ended")
    return slot.tend(number, str(run.path))[1]


def test_it_starts_a_trainer_and_tells_how_it_ended(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(monkeypatch, f"{WRITES}; sys.exit(3)")
    slot = Slot(("--device", "cpu"))
    assert slot.tend(1, str(run.path)) == ("training", 0)
    assert ended(slot, 1, run) == 3
    assert (run.path / "seen").read_text() == "--device cpu --threads 1"


@pytest.mark.parametrize(("seeds", "threads"), [((0,), "1"), ((0, 1), "4")])
def test_a_lane_alone_has_one_thread_however_many_cores_a_slot_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seeds: tuple[int, ...], threads: str
) -> None:
    engine(monkeypatch, WRITES)
    config = msgspec.structs.replace(tiny.tiny(), seeds=seeds)
    run = runs.new_run(tmp_path, msgspec.structs.replace(config, arms=config.arms[:1]))
    slot = Slot(("--device", "cpu", "--threads", "4"))
    slot.tend(1, str(run.path))
    assert ended(slot, 1, run) == 0
    assert (run.path / "seen").read_text().split()[-1] == threads


def test_the_same_order_twice_is_one_and_another_starts_anew(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(monkeypatch, "print('up')")
    slot = Slot(())
    ended(slot, 1, run)
    assert slot.tend(1, str(run.path)) == ("ended", 0)
    assert run.trainer_log.read_text() == "up\n"
    ended(slot, 2, run)
    assert run.trainer_log.read_text() == "up\nup\n"


def test_it_stops_its_trainer(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(monkeypatch, WAITS)
    slot = Slot(())
    slot.tend(1, str(run.path))
    until(lambda: has(run.trainer_log, "up"))
    slot.stop()
    assert ended(slot, 1, run) == -15


def test_a_run_that_another_trains_is_left_alone(run: RunDir) -> None:
    lock = TrainerLock(run)
    assert Slot(()).tend(1, str(run.path)) == ("held", 0)
    lock.release()
    assert not run.trainer_log.exists()


def test_a_trainer_that_found_the_lock_held_has_not_ended_the_run(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(monkeypatch, "import time, sys; time.sleep(0.2); sys.exit(2)")
    slot = Slot(())
    slot.tend(1, str(run.path))
    lock = TrainerLock(run)
    until(lambda: slot.tend(1, str(run.path))[0] != "training")
    assert slot.tend(1, str(run.path)) == ("held", 0)
    lock.release()


def test_a_folder_that_is_not_shared_is_not_seen(tmp_path: Path) -> None:
    assert Slot(()).tend(1, str(tmp_path / "nowhere")) == ("unseen", 0)


def from_afar(run: RunDir) -> None:
    """Let the run be one that another host trained."""
    run.about.write_bytes(msgspec.json.encode(fakes.about(boot_id="another")))
    run.lock.write_text(f"{1:020d}\n")


def test_a_trainer_on_another_host_whose_heart_beats_is_left_alone(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(monkeypatch, WRITES)
    from_afar(run)
    slot = Slot((), silence=60)
    assert slot.tend(1, str(run.path)) == ("listening", 0)
    assert slot.tend(1, str(run.path)) == ("listening", 0)
    run.lock.write_text(f"{2:020d}\n")
    assert slot.tend(1, str(run.path)) == ("held", 0)
    assert not (run.path / "seen").exists()


def test_one_whose_heart_stands_still_is_lost(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    engine(monkeypatch, WRITES)
    from_afar(run)
    slot = Slot((), silence=0.2)
    assert slot.tend(1, str(run.path)) == ("listening", 0)
    assert ended(slot, 1, run) == 0
    assert (run.path / "seen").exists()


def test_of_a_run_that_had_ended_there_is_nothing_to_wait_for(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.train(run)
    engine(monkeypatch, WRITES)
    from_afar(run)
    assert Slot((), silence=60).tend(1, str(run.path)) == ("training", 0)


def test_it_says_who_it_is() -> None:
    assert Slot(()).about() == (grok_tui.__version__, platform.node())
