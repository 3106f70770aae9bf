"""What a trainer keeps while its disk is full, paused or gone."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from grok_tui.engine import recorder
from grok_tui.engine.log import ended_as
from grok_tui.engine.recorder import Recorder
from grok_tui.engine.signals import Signals
from grok_tui.errors import RunFailed
from grok_tui.protocol import control
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Checkpointed, Continued, Paused, Resumed, Warned
from grok_tui.protocol.rundir import TrainerLock
from tests.engine import runs, tiny

CONFIG = tiny.tiny(steps=30)


class Unsynced(Disk):
    """Cannot sync the log so many times."""

    def __init__(self, error: int, times: int) -> None:
        self._error, self._times = error, times

    def sync(self, descriptor: int) -> None:
        if self._times and Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".jsonl":
            self._times -= 1
            raise OSError(self._error, os.strerror(self._error))
        super().sync(descriptor)


def test_a_log_that_the_medium_refuses_ends_the_run(tmp_path: Path) -> None:
    """After a failed sync the kernel takes the data for written: another one would succeed."""
    run = runs.new_run(tmp_path, CONFIG)
    with pytest.raises(OSError, match="Input/output"):
        runs.train(run, disk=Unsynced(errno.EIO, 1))


def test_room_for_the_sync_of_a_log_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "RETRY_EVERY", 0.0)
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, disk=Unsynced(errno.EDQUOT, 2)) == 0
    warned = [event.sentence for event in runs.events(run) if isinstance(event, Warned)]
    assert warned == ["the disk was full; training waited 0 s"]


class FullForACut(Disk):
    """Has no room for the copy of a log that is cut, the first time."""

    waited = False

    def rename(self, old: Path, new: Path) -> None:
        if new.name == "events.jsonl" and not self.waited:
            self.waited = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().rename(old, new)


def test_room_to_cut_the_log_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was taken on while the disk was full failed: it had to be taken on again."""
    monkeypatch.setattr(recorder, "RETRY_EVERY", 0.0)
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, runs.StopAtLook(9)) == 130
    assert runs.train(run, disk=FullForACut()) == 0
    found = runs.events(run)
    resumed = next(place for place, event in enumerate(found) if isinstance(event, Resumed))
    assert found[resumed + 1] == Warned(sentence="the disk was full; training waited 0 s")
    straight = runs.new_run(tmp_path, CONFIG)
    assert runs.train(straight) == 0
    assert runs.lasting(run) == runs.lasting(straight)


class FullAtTheEnd(Disk):
    """Has no room for the last line, the first time."""

    waited = False

    def write(self, descriptor: int, data: bytes) -> int:
        if b'"finished"' in data and not self.waited:
            self.waited = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(descriptor, data)


def test_nothing_is_written_behind_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That the disk had been full was: the run was no longer known to be complete."""
    monkeypatch.setattr(recorder, "RETRY_EVERY", 0.0)
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, disk=FullAtTheEnd()) == 0
    assert ended_as(run.events) == "completed"


def test_a_run_that_was_removed_is_written_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its trainer trained on for days, into a file without a name."""
    monkeypatch.setattr(recorder, "BEAT_EVERY", 0.0)
    run = runs.new_run(tmp_path, CONFIG)
    kept = Recorder(run, TrainerLock(run), Signals(), Disk())
    kept.beat()
    run.path.rename(tmp_path / "elsewhere")
    with pytest.raises(RunFailed, match=r"events\.jsonl was removed, moved or replaced"):
        kept.beat()


def test_what_a_trainer_prints_stays_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It grew for ever, by what each trainer of the run and its libraries said."""
    monkeypatch.setattr(recorder, "BEAT_EVERY", 0.0)
    run = runs.new_run(tmp_path, CONFIG)
    kept = Recorder(run, TrainerLock(run), Signals(), Disk())
    with run.trainer_log.open("ab", buffering=0) as printed:
        printed.write(b"a line \xff\n" * 400_000)
        kept.beat()
        assert run.trainer_log.stat().st_size == 3_600_000
        printed.write(b"another\n" * 400_000)
        kept.beat()
        printed.write(b"the last\n")
    assert run.trainer_log.stat().st_size < 70_000
    assert run.trainer_log.read_bytes().endswith(b"another\nanother\nthe last\n")


def test_what_happens_in_a_pause_is_told_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint that a signal asked for was told when the pause was over."""

    class Asks(Signals):
        """Asks for a checkpoint in the pause, and ends the pause when that is told."""

        looks = 0

        @property
        def stop(self) -> bool:
            told = run.events.read_bytes().count(b'"checkpointed"')
            paused = b'"paused"' in run.events.read_bytes()
            self.looks += 1
            if paused and told == 2:
                self.checkpoint = True
            if told > 2:
                control.send(run, "continue", "test")
            return self.looks > 500

        @stop.setter
        def stop(self, value: bool) -> None:
            """Only what the log tells decides."""

    monkeypatch.setattr("grok_tui.engine.trainer.NAP", 0.01)
    run = runs.new_run(tmp_path, CONFIG)
    control.send(run, "pause", "test")
    assert runs.train(run, Asks()) == 0
    story = [type(event) for event in runs.events(run)]
    during = story[story.index(Paused) : story.index(Continued)]
    assert during.count(Checkpointed) >= 2
