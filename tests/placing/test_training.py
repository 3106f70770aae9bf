"""Trainers on other machines: nobody tells of their deaths, so that their silence must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor.watch import Pulse
from grok_tui.placing import training
from grok_tui.placing.training import Afar, completed, trained
from grok_tui.protocol.rundir import TrainerLock, lock_state
from tests import fakes
from tests.placing.staged import Staged, driver, made

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

ELSEWHERE = msgspec.json.encode(fakes.about(boot_id="another", host="far"))


def beat(run: RunDir) -> None:
    """The heartbeat goes on, and no lock is seen."""
    lock = TrainerLock(run)
    lock._beats = int(run.lock.read_text() or 0)
    lock.beat()
    lock.release()
    assert lock_state(run) == "free"


def test_a_heartbeat_from_afar_is_a_trainer_s(tmp_path: Path) -> None:
    now = 0.0
    pulse = Pulse(lambda: now)
    run = fakes.recorded_run(tmp_path, "interrupted")
    assert not trained(run, pulse, 6.0)
    run.about.write_bytes(ELSEWHERE)
    assert trained(run, pulse, 6.0)
    now = 5.0
    beat(run)
    assert trained(run, pulse, 6.0)
    now = 12.0
    assert not trained(run, pulse, 6.0)


def test_a_trainer_from_afar_that_ended_has_no_run(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "finished")
    run.about.write_bytes(ELSEWHERE)
    assert not trained(run, Pulse(), 6.0)
    assert completed(run)


def test_here_the_lock_says_it(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running")
    assert trained(run, Pulse(), 0.0)
    assert not completed(run)
    fakes.let_go(run)
    assert not trained(run, Pulse(), 6.0)


@pytest.mark.parametrize(("silence", "lost"), [(0.0, True), (60.0, False)])
def test_lost_is_who_is_silent_afar(
    silence: float, lost: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SILENCE", silence)
    afar, run = Afar(), fakes.recorded_run(tmp_path, "running")
    assert not afar.lost(run)
    run.about.write_bytes(ELSEWHERE)
    assert not afar.lost(run)
    fakes.let_go(run)
    assert afar.lost(run) is lost


def test_a_pack_goes_on_whose_machine_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = made(tmp_path, rates=(0.4,))
    (pack,) = (planned.run for planned in sweep.plans()[0].packs)
    place = Staged(sweep)
    drives = driver(place)
    drives.go_on()
    place.trains(pack, 5)
    drives.go_on()
    place.vanishes(pack)
    (sweep.packs / pack / "about.json").write_bytes(ELSEWHERE)
    drives.go_on()
    assert place.started == [pack]
    monkeypatch.setattr(training, "SILENCE", 0.0)
    drives.go_on()
    assert place.started == [pack, pack]
    assert f"vanished: {pack}" in sweep.log.read_text()
