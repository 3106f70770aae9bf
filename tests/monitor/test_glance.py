"""A look at a log: as if it had been read whole where it is short, bounded where it is long."""

from __future__ import annotations

import os
from itertools import zip_longest
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor import logparts
from grok_tui.monitor.glance import Glance, Outcome, glance
from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.logparts import ROOM, TAIL, WHOLE, WINDOW, WINDOWS, log_part
from grok_tui.monitor.sparkline import cells
from grok_tui.protocol import events
from grok_tui.protocol.events import AnyEvent, Continued, LaneFinished, Paused, Resumed
from grok_tui.protocol.rundir import RunDir
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

DENSE = ("dense", 0)


def curve_of(found: list[AnyEvent]) -> list[tuple[int, float]]:
    lane = fold(EMPTY, found).lanes[DENSE]
    accuracies = lane.metrics["test_accuracy"]
    return [(int(step), value) for step, value in zip(lane.steps, accuracies, strict=True)]


def short_run(tmp_path: Path, state: fakes.State = "finished", last: int = 600) -> RunDir:
    config = fakes.config(only=("dense", "grokked-ticket"), steps=300)
    return fakes.recorded_run(tmp_path, state, made_of=config, last=last)


def test_of_a_short_log_all_is_seen(tmp_path: Path) -> None:
    run = short_run(tmp_path)
    assert run.events.stat().st_size < WHOLE
    found = fakes.run_events(fakes.config(only=("dense", "grokked-ticket"), steps=300))
    past = glance(run, DENSE)
    assert list(past.curve) == curve_of(found)
    assert past.lanes[DENSE] == Outcome(300, "generalised", 42, None)
    assert past.lanes["grokked-ticket", 0].t_gen == 53
    assert past.lanes["grokked-ticket", 0].tau_grok == 53 / 36
    assert past.kept == pytest.approx({"dense": 1.0, "grokked-ticket": 0.4}, abs=1e-4)
    assert past.speed == pytest.approx(600 / (300 / 400))  # lane steps over seconds of training
    assert (past.begun, past.paused, past.step) == (True, False, 300)


@pytest.mark.parametrize("state", ["running", "stopped", "failed", "interrupted", "paused"])
def test_lanes_that_train_or_were_cut_short_are_told_as_they_told(
    tmp_path: Path, state: fakes.State
) -> None:
    past = glance(short_run(tmp_path, state, last=50), DENSE)
    assert past.lanes[DENSE].t_mem == 42
    assert past.lanes[DENSE].t_gen is None
    assert past.lanes[DENSE].reason == ("stopped" if state == "stopped" else "")
    assert past.step == 50
    assert past.paused == (state == "paused")
    assert past.curve[-1][0] == 50
    assert past.speed is not None


def test_without_a_lane_it_is_that_of_the_first_line_that_names_one(tmp_path: Path) -> None:
    run = short_run(tmp_path)
    assert glance(run).curve == glance(run, DENSE).curve
    assert glance(run, ("no-such", 0)).curve == []


def test_a_run_taken_on_is_neither_paused_nor_ended(tmp_path: Path) -> None:
    run = short_run(tmp_path, "stopped")
    resumed = Resumed(file="x", exact=True, changed=(), dropped_bytes=0)
    fakes.append(run, [resumed])
    assert glance(run).ended is None
    fakes.append(run, [Paused()])
    assert glance(run).paused
    fakes.append(run, [Continued()])
    assert not glance(run).paused


def long_run(tmp_path: Path) -> tuple[RunDir, list[AnyEvent]]:
    config = fakes.config(only=("dense", "random-mask"), steps=9000)
    found: list[AnyEvent] = [fakes.started(config)]
    for arm in ("dense", "random-mask"):
        found += fakes.lane_events(config, arm, 0, steps=range(0, 9001, 6))
    found.append(fakes.finished(found))
    return fakes.recorded_run(tmp_path, made_of=config, found=found), found


def test_of_a_long_log_that_ended_a_bounded_part_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, found = long_run(tmp_path)
    sizes = []
    pread = os.pread

    def counted(descriptor: int, size: int, offset: int) -> bytes:
        data = pread(descriptor, size, offset)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(os, "pread", counted)
    past = glance(run, DENSE)
    assert sum(sizes) <= 2 * TAIL + WINDOWS * WINDOW + ROOM
    assert sum(sizes) < run.events.stat().st_size * 0.7
    whole = curve_of(found)
    assert set(past.curve) < set(whole)
    assert 60 < len(past.curve) < 200
    assert past.curve[0] == whole[0]
    assert past.curve[-1] == whole[-1]  # where the lane ends it is read without a gap
    seen, true = cells(past.curve, 9000), cells(whole, 9000)
    assert seen == pytest.approx(true, abs=0.15)  # about one of eight levels
    assert past.lanes[DENSE].t_gen == 1146


def test_nothing_is_read_after_a_lane_but_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, found = long_run(tmp_path)
    starts = []
    pread = os.pread

    def noted(descriptor: int, size: int, offset: int) -> bytes:
        starts.append(offset)
        return pread(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", noted)
    glance(run, DENSE)
    log = run.events.read_bytes()
    [over] = [event for event in found if isinstance(event, LaneFinished)][:1]
    assert max(starts[1:]) < log.index(events.encode(over)) + WINDOW
    assert starts[0] == len(log) - TAIL


@pytest.mark.parametrize("lanes", [10, 30, 90])
def test_lanes_side_by_side_are_followed_to_their_end(tmp_path: Path, lanes: int) -> None:
    config = fakes.config(seeds=tuple(range(lanes // 2)), only=("dense", "random-mask"))
    beside = [
        fakes.lane_events(config, arm.name, seed, steps=range(0, 3001 if seed else 2001, 40))
        for arm in config.arms
        for seed in config.seeds
    ]
    told = [event for at_once in zip_longest(*beside) for event in at_once if event is not None]
    found = [fakes.started(config), *told]
    found.append(fakes.finished(found))
    run = fakes.recorded_run(tmp_path, made_of=config, found=found)
    assert run.events.stat().st_size > WHOLE
    past, whole = glance(run, DENSE), curve_of(found)
    assert set(past.curve) <= set(whole)
    assert (past.curve[0], past.curve[-1]) == (whole[0], whole[-1])
    assert len(past.curve) > 20


def test_a_long_log_that_did_not_end_is_searched(tmp_path: Path) -> None:
    run, found = long_run(tmp_path)
    run.events.write_bytes(fakes.log(found[:-1]))
    past = glance(run, DENSE)
    assert past.lanes[DENSE].t_gen == 1146
    assert list(past.curve) == curve_of(found)


def test_a_log_beyond_what_is_searched_is_told_from_head_and_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, found = long_run(tmp_path)
    run.events.write_bytes(fakes.log([*found[:-1], Paused()]))
    monkeypatch.setattr(logparts, "SEARCHED", 100_000)
    past = glance(run, DENSE)
    assert past.paused
    assert past.lanes[DENSE].t_mem == 42
    assert past.step == 9000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 5000,
        b"\n" * 5000,
        b'{"event":"measured","arm":"dense","seed":0,"step":',
        b'{"event":"measured","arm":"dense","seed":0,"step":1,2,3,4,5,"test_accuracy":,6\n',
        b'{"event":"measured","arm":"dense","seed":0,"step":x,2,3,4,5,"test_accuracy":1,6\n',
        b'{"event":"measured","arm":"dense","seed":0,"step":1,2,3,4,5,"test_accuracy":1e999,\n',
        b'{"event":"measured","arm":"dense","seed":0,"step":1,2,3,4,5,"test_accuracy":0.5',
        b'{"event":"measured","arm":"dense","seed":0,"step":1,"seconds":1e999,6\n' * 3,
        b'{"event":"finished","outcome":"completed","lanes":[]}\n',
        b'{"event":"measured","arm":"dense","seed":0,' + b'"x":' + b"[" * 9999 + b"}\n",
        b"\xff\xfe" * 300_000,
    ],
)
def test_what_is_damaged_tells_nothing(tmp_path: Path, data: bytes) -> None:
    run = RunDir(tmp_path)
    run.events.write_bytes(data)
    past = glance(run, DENSE)
    assert (list(past.curve), past.speed, dict(past.lanes)) == ([], None, {})
    assert not past.begun


def test_what_is_no_plain_file_is_not_read(tmp_path: Path) -> None:
    run = RunDir(tmp_path / "a")
    run.path.mkdir()
    assert glance(run) == Glance()
    os.mkfifo(run.events)
    assert glance(run) == Glance()
    assert log_part(run, 10) == b""
