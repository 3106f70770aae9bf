"""The state of a run from its lock, its log and, from afar, its heartbeat."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor import watch
from grok_tui.monitor.tail import Tail
from grok_tui.monitor.watch import Pulse, Signs, Watch, judge_state
from grok_tui.protocol import notes, presets, rundir
from grok_tui.protocol.events import Continued, Finished, Paused, Resumed
from grok_tui.protocol.rundir import RunDir, TrainerLock
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    "state", ["starting", "running", "paused", "finished", "stopped", "failed", "interrupted"]
)
def test_every_state_is_told(tmp_path: Path, state: fakes.State) -> None:
    run = fakes.recorded_run(tmp_path, state)
    assert Watch(run).look().state == state


def test_a_death_is_seen_at_once(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running")
    watched = Watch(run)
    assert watched.look().state == "running"
    fakes.let_go(run)
    assert watched.look().state == "interrupted"


def test_a_new_folder_is_starting_and_an_old_one_is_not(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "empty")
    assert Watch(run).look().state == "starting"
    os.utime(run.path, (1, 1))
    assert Watch(run).look().state == "interrupted"
    assert Watch(RunDir(tmp_path / "gone")).look().state == "interrupted"


def test_a_lock_that_has_no_beat_yet_is_no_end(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "empty")
    run.lock.touch()  # a trainer made it, and somebody who looks has it
    assert Watch(run).look().state == "starting"


def test_a_lock_let_go_before_the_first_word_is_an_end(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "starting")
    fakes.let_go(run)
    assert Watch(run).look().state == "interrupted"


def test_notes_are_part_of_the_view_as_soon_as_they_are_written(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "finished")
    watched = Watch(run)
    assert watched.look().notes == ()
    notes.add(run, 40, "here")
    noted = watched.look()
    assert [(note.step, note.text) for note in noted.notes] == [(40, "here")]
    assert watched.look() is noted
    run.notes.unlink()
    assert watched.look().notes == ()


def test_nothing_new_is_the_same_view(tmp_path: Path) -> None:
    watched = Watch(fakes.recorded_run(tmp_path, "running"))
    assert watched.look() is watched.look()


def test_what_is_new_is_added_and_the_version_grows(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running", last=50)
    watched = Watch(run)
    before = watched.look()
    fakes.append(run, [Paused()])
    paused = watched.look()
    fakes.append(run, [Continued(), fakes.measured("dense", 0, 51, fakes.FATES["dense"])])
    after = watched.look()
    assert (before.state, paused.state, after.state) == ("running", "paused", "running")
    assert before.version < paused.version < after.version
    assert after.history.lanes["dense", 0].step == 51
    assert before.history.lanes["dense", 0].step == 50


def test_damaged_and_newer_lines_are_counted(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running")
    watched = Watch(run)
    watched.look()
    with run.events.open("ab") as file:
        file.write(b"rubbish\nmore\n")
    assert watched.look().history.damaged == 2


def test_a_log_that_was_cut_is_told_from_its_start(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "stopped", last=300)
    watched = Watch(run)
    assert watched.look().history.lanes["dense", 0].step == 300
    found = fakes.run_events(fakes.config(), last=100, ended=False)
    found.append(Resumed(file="f", exact=True, changed=(), dropped_bytes=9))
    new = run.path / "new"
    new.write_bytes(b"rubbish\n" + fakes.log(found))
    new.replace(run.events)
    lock = TrainerLock(run)
    view = watched.look()
    lock.release()
    assert view.state == "running"
    assert view.history.lanes["dense", 0].step == 100
    assert (view.history.resumed, view.history.damaged) == (1, 1)


def test_a_trainer_that_came_between_lock_and_log_is_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fakes.recorded_run(tmp_path, "running")
    answers = iter(["free", "held"])
    monkeypatch.setattr(watch, "lock_state", lambda _: next(answers))
    assert Watch(run).look().state == "running"
    fakes.let_go(run)


def test_a_long_log_is_read_in_turns_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    run = fakes.recorded_run(tmp_path, "finished")
    monkeypatch.setattr(Tail.blocks, "__defaults__", (20_000,))
    watched = Watch(run, clock)
    views = [watched.look(patience=0)]
    assert views[0].state == "starting"
    while views[-1].behind:
        views.append(watched.look(patience=0))
    assert len(views) > 3
    assert views[-1].state == "finished"
    assert watched.look().history.lanes.keys() == fakes.history(fakes.config()).lanes.keys()


def test_a_run_without_configuration_says_why(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path)
    run.config.unlink()
    watched = Watch(run)
    view = watched.look()
    assert (view.config, view.problem) == (None, "config.toml is missing")
    run.config.write_text("title = 3\n")
    problem = watched.look().problem
    assert "config.toml: title" in problem
    assert watched.look().problem == problem
    run.config.write_text(presets.dump(fakes.config()))
    assert watched.look().config == fakes.config()


def test_a_hostile_run_opens(tmp_path: Path) -> None:
    view = Watch(fakes.hostile_run(tmp_path)).look()
    assert view.state == "failed"
    assert view.config is None
    assert "\x1b" not in view.problem


ENDED = Signs(True, paused=False, ended=Finished(outcome="completed", lanes=()))
OPEN = Signs(True, paused=False, ended=None)


@pytest.fixture
def elsewhere(tmp_path: Path, clock: Clock) -> tuple[RunDir, Pulse]:
    """A run whose lock looks free here, and a pulse to feel it with."""
    run = fakes.recorded_run(tmp_path, "interrupted")
    return run, Pulse(clock)


def test_another_host_is_never_called_dead(elsewhere: tuple[RunDir, Pulse], clock: Clock) -> None:
    run, pulse = elsewhere
    about = fakes.about(boot_id="other", host="far\x1b[2J")
    assert judge_state(run, about, "free", OPEN, pulse) == ("running", "trained on far\ufffd[2J")
    clock.now += 1e6
    state, note = judge_state(run, about, "free", OPEN, pulse)
    assert (state, note) == ("running", "no sign from far\ufffd[2J for 1000000 s")
    run.lock.write_text("00000000000000000099\n")
    assert judge_state(run, about, "free", OPEN, pulse)[1] == "trained on far\ufffd[2J"
    assert judge_state(run, about, "free", ENDED, pulse) == ("finished", "")


def test_a_trainer_of_this_host_before_a_reboot_is_dead(
    elsewhere: tuple[RunDir, Pulse], clock: Clock
) -> None:
    run, pulse = elsewhere
    about = fakes.about(boot_id="other", host=platform.node())
    assert judge_state(run, about, "free", OPEN, pulse)[0] == "running"
    clock.now += 61
    assert judge_state(run, about, "free", OPEN, pulse)[0] == "interrupted"


@pytest.mark.parametrize("mtime", [1, 2**33])
def test_an_old_heartbeat_of_this_host_needs_no_wait(
    elsewhere: tuple[RunDir, Pulse], mtime: int
) -> None:
    run, pulse = elsewhere
    os.utime(run.lock, (mtime, mtime))
    about = fakes.about(boot_id="other", host=platform.node())
    assert judge_state(run, about, "free", OPEN, pulse)[0] == "interrupted"
    run.lock.unlink()
    assert judge_state(run, about, "free", OPEN, pulse)[0] == "interrupted"


def test_without_flock_the_process_decides(elsewhere: tuple[RunDir, Pulse]) -> None:
    run, pulse = elsewhere
    me = fakes.about(pid=os.getpid(), process_start=rundir.process_start(os.getpid()))
    later = msgspec.structs.replace(me, process_start="12")
    assert judge_state(run, me, "unknown", OPEN, pulse)[0] == "running"
    assert judge_state(run, later, "unknown", OPEN, pulse)[0] == "interrupted"
    assert judge_state(run, None, "unknown", OPEN, pulse)[0] == "interrupted"


def test_without_proc_the_number_of_the_process_decides(
    elsewhere: tuple[RunDir, Pulse], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, pulse = elsewhere
    for error, state in (
        (None, "running"),
        (PermissionError(), "running"),
        (ProcessLookupError(), "interrupted"),
        (OverflowError(), "interrupted"),
    ):

        def kill(_: int, __: int, error: Exception | None = error) -> None:
            if error:
                raise error

        monkeypatch.setattr(os, "kill", kill)
        about = fakes.about(process_start="")
        assert judge_state(run, about, "unknown", OPEN, pulse)[0] == state


def test_a_trainer_that_died_without_a_word_leaves_what_it_printed(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "interrupted")
    run.trainer_log.write_text("warming up\nFatal: \x1b[2Jno memory\n")
    view = Watch(run).look()
    assert view.last_words == ("warming up", "Fatal: \ufffd[2Jno memory")
    done = fakes.recorded_run(tmp_path, "finished", run_id="20261121-101501-done-abcd")
    done.trainer_log.write_text("bye\n")
    assert Watch(done).look().last_words == ()
