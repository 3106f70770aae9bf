"""A recorded run told again: what is in its log when, and what lies beside it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.replay import Replay, timed
from grok_tui.monitor.watch import Watch
from grok_tui.protocol import control, frames
from grok_tui.protocol.events import LaneFinished, Measured, Paused, decode
from grok_tui.protocol.rundir import RunDir, lock_state
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture
def recording(tmp_path: Path) -> RunDir:
    """The dense arm and a random mask, side by side, a line each 20 steps."""
    config = fakes.config(only=("dense", "random-mask"), steps=100)
    steps = range(0, 101, 20)
    dense = fakes.lane_events(config, "dense", 0, steps=steps)
    other = fakes.lane_events(config, "random-mask", 0, steps=steps)
    found = [fakes.started(config), dense[0], other[0], *dense[1:], *other[1:]]
    found.append(fakes.finished(found))
    run = fakes.recorded_run(tmp_path / "old", made_of=config, found=found)
    (run.artifacts / "dense-seed0.safetensors").write_bytes(b"mask")
    for step in (0, 40, 60, 100):
        path = frames.folder(run, "dense", 0) / frames.file_name(step)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % step)
    return run


def told(run: RunDir) -> Sequence[object]:
    return [decode(line) for line in run.events.read_bytes().splitlines()]


def steps_told(run: RunDir) -> list[int]:
    return [line.step for line in told(run) if isinstance(line, Measured)]


def seen(run: RunDir) -> list[str]:
    return sorted(path.name for path in frames.folder(run, "dense", 0).iterdir())


def soon(true: object) -> None:
    """Wait until a function is true; a replay in another thread is on its way there."""
    deadline = time.monotonic() + 20
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_lanes_side_by_side_share_the_time(recording: RunDir) -> None:
    places = [(place, said.arm, said.step) for place, _, said in timed(recording)]
    by_step = {(arm, step): place for place, arm, step in places}
    assert by_step["dense", 100] == 50
    assert by_step["random-mask", 40] == 90  # alone by now: 50 and 40
    assert places[-1][0] == 150


def test_a_lane_that_waited_begins_where_the_others_were(tmp_path: Path) -> None:
    config = fakes.config(only=("dense", "grokked-ticket"), steps=2000)
    run = fakes.recorded_run(tmp_path, made_of=config)
    places = [(place, said) for place, _, said in timed(run)]
    ended = next(place for place, said in places if said.event == "lane_finished")
    started = {said.arm: place for place, said in places if said.event == "lane_started"}
    assert started["grokked-ticket"] == ended > 1000


def test_at_once_the_copy_equals_the_recording(recording: RunDir, tmp_path: Path) -> None:
    replay = Replay(recording, tmp_path / "new", 0)
    replay.feed()
    assert replay.run.events.read_bytes() == recording.events.read_bytes()
    assert (replay.run.artifacts / "dense-seed0.safetensors").read_bytes() == b"mask"
    assert seen(replay.run) == seen(recording)
    assert Watch(replay.run).look().state == Watch(recording).look().state == "finished"
    assert lock_state(replay.run) == "free"


def test_a_link_is_not_copied_whatever_it_leads_to(recording: RunDir, tmp_path: Path) -> None:
    """Nor read: a device may have no end."""
    (tmp_path / "secret").write_text("somebody's")
    printed = Replay(recording, tmp_path / "new", 0).run.trainer_log
    assert printed.read_bytes() == recording.trainer_log.read_bytes()
    recording.trainer_log.unlink()
    recording.trainer_log.symlink_to(tmp_path / "secret")
    (recording.artifacts / "mask").symlink_to(tmp_path / "secret")
    replay = Replay(recording, tmp_path / "new", 0)
    replay.feed()
    assert not replay.run.trainer_log.exists()
    assert not (replay.run.artifacts / "mask").exists()


def test_what_is_damaged_is_told_as_it_is(recording: RunDir, tmp_path: Path) -> None:
    with recording.events.open("ab") as file:
        file.write(b'{"event":"measured","step":"x"}\n[[[[\n\xff torn')
    replay = Replay(recording, tmp_path / "new", 0)
    replay.feed()
    assert replay.run.events.read_bytes() == recording.events.read_bytes()


def test_nothing_is_told_behind_the_place_it_is_held_at(recording: RunDir, tmp_path: Path) -> None:
    replay = Replay(recording, tmp_path / "new", 1e6)
    replay.until = 25
    thread = threading.Thread(target=replay.feed)
    thread.start()
    try:
        soon(lambda: replay.place == 25)
        soon(lambda: seen(replay.run) == ["0000000000.frame", "0000000040.frame"])
        soon(lambda: steps_told(replay.run) == [0, 20, 40])
        assert Watch(replay.run).look().state == "running"
        assert not list(replay.run.artifacts.iterdir())
        replay.until = 60
        soon(lambda: any(isinstance(line, LaneFinished) for line in told(replay.run)))
        assert [path.name for path in replay.run.artifacts.iterdir()] == ["dense-seed0.safetensors"]
    finally:
        replay.stop()
        thread.join()
    assert Watch(replay.run).look().state == "interrupted"


def test_it_runs_at_so_many_steps_a_second(recording: RunDir, tmp_path: Path) -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += 0.25
        return now[0]

    replay = Replay(recording, tmp_path / "new", 100, clock)
    replay.feed()
    assert replay.place == pytest.approx(150, abs=30)
    assert now[0] >= 1.5


def test_it_obeys_as_a_trainer_does(recording: RunDir, tmp_path: Path) -> None:
    replay = Replay(recording, tmp_path / "new", 1e6)
    replay.until = 10
    thread = threading.Thread(target=replay.feed)
    thread.start()
    try:
        soon(lambda: replay.place == 10)
        (replay.run.control / "00-of-somebody").mkdir()
        control.send(replay.run, "pause", "test")
        soon(lambda: isinstance(told(replay.run)[-1], Paused))
        assert Watch(replay.run).look().state == "paused"
        control.send(replay.run, "continue", "test")
        soon(lambda: Watch(replay.run).look().state == "running")
        control.send(replay.run, "stop", "test")
        thread.join(20)
        assert not thread.is_alive()
    finally:
        replay.stop()
        thread.join()


def test_a_run_without_a_log_cannot_be_told(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path / "old", "starting")
    fakes.let_go(run)
    run.events.unlink()
    with pytest.raises(RunError, match="cannot read the log"):
        Replay(run, tmp_path / "new", 0).feed()
    run.config.unlink()
    with pytest.raises(RunError, match="cannot read the configuration"):
        Replay(run, tmp_path / "new", 0)
