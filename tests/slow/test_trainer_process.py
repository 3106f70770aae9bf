"""The trainer as a process: killed, stopped, paused, signalled, failing.

Two of them are started as `run` starts them; the others are forked, as their start is nothing new.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol import control, presets
from grok_tui.protocol.events import Failed, Finished, Obeyed, Resumed
from grok_tui.protocol.rundir import TrainerLock, lock_state, read_about
from tests.engine import runs, tiny
from tests.faults import children
from tests.slow.trainers import finish, has, trainer, until

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET, tiny.SHUFFLE), steps=3000)
ENDLESS = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=10_000_000)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    """The same run without a process, never interrupted."""
    run = runs.new_run(tmp_path_factory.mktemp("straight"), CONFIG)
    assert runs.train(run) == 0
    return run


@pytest.mark.faults
def test_killed_in_the_middle_and_resumed_it_equals_a_run_that_was_not(
    straight: RunDir, tmp_path: Path
) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    with trainer(run) as process:
        until(lambda: has(run.events, '"arm":"shuffle","seed":0,"step":100,'))
        control.send(run, "checkpoint", "test")
        until(lambda: has(run.events, '"obeyed"'))
        written = run.events.stat().st_size
        until(lambda: run.events.stat().st_size > written + 1000)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert lock_state(run) == "free"
    assert not has(run.events, '"finished"')
    assert finish(run) == 0
    assert runs.lasting(run) == runs.lasting(straight)
    assert runs.artifacts(run) == runs.artifacts(straight)
    resumed = next(event for event in runs.events(run) if isinstance(event, Resumed))
    assert resumed.exact
    assert resumed.dropped_bytes > 0


@pytest.mark.faults
def test_extended_and_killed_it_equals_what_its_config_trains(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, tiny.tiny((tiny.DENSE, tiny.TICKET), steps=3000))
    now = control.TakeTicket(by="test", method="magnitude", pruning_rate=0.5, source="dense")
    with trainer(run) as process:
        until(lambda: has(run.events, '"arm":"dense","seed":0,"step":100,'))
        control.post(run, now)
        control.post(run, control.AddSeeds(by="test", seeds=(5,)))
        until(lambda: has(run.events, '"result":"seed 5 is trained'))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert finish(run) == 0
    config = presets.load_config(run.config)
    assert (len(config.arms), config.seeds) == (3, (0, 5))
    again = runs.new_run(tmp_path, config)
    assert finish(again) == 0
    assert runs.by_lane(run) == runs.by_lane(again)
    assert runs.artifacts(run) == runs.artifacts(again)


def test_it_pauses_goes_on_and_stops_when_told(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run) as process:
        until(lambda: has(run.events, '"reached"'))
        assert lock_state(run) == "held"
        for command, result in (("pause", "paused"), ("continue", "continued")):
            control.send(run, command, "test")  # type: ignore[arg-type]
            until(lambda result=result: has(run.events, f'"result":"{result}"'))  # type: ignore[misc]
        control.send(run, "stop", "test")
        assert children.ended(process) == 130
    events = runs.events(run)
    assert isinstance(events[-1], Finished)
    assert events[-1].outcome == "stopped"
    obeyed = [event.result for event in events if isinstance(event, Obeyed)]
    assert obeyed == ["paused", "continued", "stopped"]
    assert {lane.reason for lane in events[-1].lanes} == {"stopped"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_with_a_checkpoint(tmp_path: Path, number: signal.Signals) -> None:
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run) as process:
        until(lambda: has(run.events, '"reached"'))
        children.send(process, signal.SIGHUP)
        time.sleep(0.05)
        children.send(process, number)
        assert children.ended(process) == 130
    found = runs.kinds(run)
    assert found[-2:] == ["Checkpointed", "Finished"]


def test_a_failure_is_a_sentence_in_the_log_and_exit_code_three(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, tiny.tiny(steps=20))
    run.artifacts.rmdir()  # lanes leave their weights there when they end
    assert finish(run) == 3
    last = runs.events(run)[-1]
    assert isinstance(last, Failed)
    assert "no such file or directory" in last.sentence
    assert "Traceback" in last.traceback
    assert has(run.trainer_log, last.sentence)


def test_a_run_that_is_trained_already_or_being_trained_is_refused(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, tiny.tiny(steps=2))
    lock = TrainerLock(run)
    assert children.finish(run) == 2
    assert has(run.trainer_log, "is already being trained")
    lock.release()
    assert runs.train(run) == 0
    assert children.finish(run) == 2
    assert has(run.trainer_log, "is trained to its end already")
    assert runs.kinds(run)[-1] == "Finished"


def test_bad_folders_presets_and_devices_end_with_a_sentence(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, tiny.tiny(steps=2))
    assert children.finish(run, "--device", "toaster") == 2
    assert has(run.trainer_log, "no device toaster")
    run.config.write_text("steps = 3\n")
    assert children.finish(run) == 2
    last = runs.events(run)[-1]
    assert isinstance(last, Failed)
    assert has(run.trainer_log, last.sentence)


def test_about_says_which_process_trains_and_what_it_is_made_of(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run) as process:
        until(lambda: has(run.events, '"measured"'))
        about = read_about(run)
        assert about is not None
        assert about.pid == process.pid
        assert about.device == "cpu"
        assert about.torch
        assert about.host == os.uname().nodename
        children.send(process, signal.SIGTERM)
        children.send(process, signal.SIGTERM)
        assert children.ended(process) in (130, 128 + signal.SIGTERM)
