"""Drivers as others see them: started once, told to stop, and what they said last."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.spawning import spawn
from grok_tui.monitor.sweeps import driving
from grok_tui.monitor.sweeps.driving import How, asked_before, drive, last_word, stop
from grok_tui.protocol import control
from grok_tui.protocol.owned import Lock
from grok_tui.protocol.rundir import lock_state
from tests import fakes
from tests.placing.staged import made

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir

TAKES = """
import sys
from pathlib import Path
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.protocol.owned import Lock
lock = Lock(SweepDir(Path(sys.argv[1])), "there is one")
print(*sys.argv[2:], flush=True)
import time
time.sleep(60)
"""
REFUSES = "import sys; print('no such queue', file=sys.stderr); sys.exit(2)"


def instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """What a driver does."""
    monkeypatch.setattr(driving, "DRIVER", (sys.executable, "-c", code))


def planned(sweep: SweepDir) -> str:
    return sweep.plans()[0].packs[0].run


def test_a_driver_is_started_as_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = made(tmp_path)
    children = []

    def spawned(*words: Any) -> Any:
        children.append(spawn(*words))
        return children[-1]

    monkeypatch.setattr(driving, "spawn", spawned)
    instead(monkeypatch, TAKES)
    assert asked_before(sweep) == How()
    assert drive(sweep, How(engine="slurm", devices="cuda", options=("--qos=x",)))
    try:
        assert lock_state(sweep) == "held"
        monkeypatch.setattr(driving, "SETTLED", 0.0)
        assert not drive(sweep)
    finally:
        children[0].kill()
        children[0].wait()
    assert asked_before(sweep) == How(engine="slurm", devices="cuda", options=("--qos=x",))
    assert last_word(sweep).startswith("--engine slurm --devices cuda")


def test_a_driver_that_cannot_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, REFUSES)
    with pytest.raises(RunError, match="no such queue"):
        drive(made(tmp_path))


def test_how_it_was_asked_for_is_not_believed_blindly(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    for text in (b"{", b'{"engine":3}', b"[" * 100_000):
        (sweep.path / "engine.json").write_bytes(text)
        assert asked_before(sweep) == How()
    (sweep.path / "engine.json").write_bytes(msgspec.json.encode(How(devices="cpu")))
    assert asked_before(sweep).devices == "cpu"


def test_stop_goes_to_the_driver_and_without_one_to_the_trainers(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    id_ = planned(sweep)
    assert stop(sweep, "test") == 0
    config = (sweep.packs / id_ / "config.toml").read_text()
    (sweep.packs / id_).rename(tmp_path / "away")
    run = fakes.recorded_run(sweep.packs, "running", run_id=id_)
    run.config.write_text(config)
    assert stop(sweep, "test") == 1
    assert len(control.waiting(run)) == 1
    lock = Lock(sweep, "held")
    assert stop(sweep, "test") == 1
    lock.release()
    fakes.let_go(run)
    assert (len(control.waiting(run)), len(control.waiting(sweep))) == (1, 1)


def test_last_words_are_harmless(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    assert last_word(sweep) == ""
    sweep.log.write_text("one\n\x1b[2Jtwo\n\n")
    assert last_word(sweep).isprintable()
    assert last_word(sweep).endswith("two")
