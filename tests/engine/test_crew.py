"""Worker processes: what they may hold, how they end, and what is said when one does not."""

from __future__ import annotations

import errno
import os
import signal
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from grok_tui.engine import crew
from grok_tui.engine.lanes import Rows
from grok_tui.engine.training import Block
from grok_tui.errors import RunFailed
from grok_tui.protocol.events import Measured
from tests.engine import runs, tiny
from tests.faults import children
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.engine.experiment import Experiment


@pytest.fixture
def working() -> Iterator[Experiment]:
    """Four lanes in training with two workers."""
    lanes = tiny.experiment(tiny.tiny((tiny.DENSE, tiny.RANDOM), seeds=(0, 1), steps=2000))
    lanes.stack.workers = 2
    lanes.begin()
    yield lanes
    lanes.stack.workers = 1


def pids(lanes: Experiment) -> list[int]:
    assert lanes.stack._crew is not None
    return [worker.pid for worker in lanes.stack._crew._workers]


def children_of(pid: int | None) -> list[int]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(one) for thread in threads for one in (thread / "children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_lane_in_shared_memory_is_the_lane_that_it_was() -> None:
    weights = torch.randn(48, generator=torch.Generator().manual_seed(0))
    rows = Rows.start(weights.clone(), (weights > 0).float())
    rows.updates.fill_(7)
    copy = crew.shared(rows)
    assert torch.equal(copy.weights, weights)
    assert torch.equal(copy.mask, rows.mask)
    assert float(copy.updates) == 7
    assert copy.updates.shape == rows.updates.shape
    copy.weights.zero_()
    assert torch.equal(rows.weights, weights)


def test_what_workers_do_is_seen_here(working: Experiment) -> None:
    events = working.advance(30)
    assert len([event for event in events if isinstance(event, Measured)]) == 4 * 31
    assert all(float(lane.rows.updates) == 30 for lane in working.running.values())


def test_a_worker_holds_nothing_but_its_two_pipes(working: Experiment, tmp_path: Path) -> None:
    """Not the lock of the run: it would stay taken for as long as the worker lives."""
    with (tmp_path / "lock").open("w"):
        working.stack.workers = 2  # makes the crew anew
        working.advance(1)
        for pid in pids(working):
            held = [os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]  # noqa: PTH115, PTH208
            assert not [name for name in held if "lock" in name]
            assert len([name for name in held if name.startswith("pipe:")]) <= 2 + 3
            assert len(held) <= 2 + 3


def test_threads_that_the_trainer_has_used_do_not_stop_a_worker() -> None:
    torch.set_num_threads(2)
    wide = torch.randn(600, 600)
    assert torch.isfinite(wide @ wide).all()
    lanes = tiny.experiment(tiny.tiny(seeds=(0, 1), steps=20))
    lanes.stack.workers = 2
    assert len(tiny.run_on(lanes, begin=True)) > 40


def test_descriptors_that_are_allowed_but_not_open_cost_a_worker_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[int] = []
    monkeypatch.setattr(os, "close", closed.append)
    monkeypatch.setattr(os, "closerange", lambda first, last: closed.extend(range(first, last)))
    crew._close_others(0, 1)
    assert len(closed) < 1000
    assert not {0, 1, 2} & set(closed)


def test_where_no_process_can_be_started_the_trainer_works_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lanes = tiny.experiment(tiny.tiny(seeds=(0, 1, 2)))
    lanes.begin()
    fork, made = os.fork, list[int]()

    def full() -> int:
        if made:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        made.append(fork())
        return made[-1]

    monkeypatch.setattr(os, "fork", full)
    lanes.stack.workers = 3
    assert lanes.stack.workers == 1
    assert not is_alive(made[0])
    assert len([event for event in lanes.advance(4) if isinstance(event, Measured)]) == 3 * 5


def test_a_lane_that_ends_leaves_the_workers_to_the_others() -> None:
    lanes = tiny.experiment(tiny.tiny(seeds=range(8), steps=300))
    lanes.stack.workers = 2
    lanes.begin()
    tiny.run_on(lanes, until=20)
    before, [gone, *others] = pids(lanes), list(lanes.running.values())
    weights = gone.rows.weights.clone()
    lanes.stack.hold(others)
    assert pids(lanes) == before
    readings = lanes.stack.launch(5, {lane: [5] for lane in others}).readings()
    assert {reading.lane for reading in readings} == set(others)
    assert torch.equal(gone.rows.weights, weights)
    assert all(float(lane.rows.updates) == 25 for lane in others)
    lanes.stack.hold(others[2:])  # more than a quarter is gone: they are shared out anew
    assert pids(lanes) != before
    lanes.stack.workers = 1


def test_a_python_that_warns_of_forks_beside_threads_may_do_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From 3.12 on it does, and torch has threads as soon as it is loaded."""
    fork = os.fork

    def warned() -> int:
        pid = fork()
        if pid:
            warnings.warn("multi-threaded, use of fork()", DeprecationWarning, stacklevel=2)
        return pid

    monkeypatch.setattr(os, "fork", warned)
    lanes = tiny.experiment(tiny.tiny(seeds=(0, 1), steps=20))
    lanes.stack.workers = 2
    assert len(tiny.run_on(lanes, begin=True)) > 40


def test_workers_end_with_the_lanes(working: Experiment) -> None:
    before = pids(working)
    assert all(is_alive(pid) for pid in before)
    working.stack.workers = 1
    assert not any(is_alive(pid) for pid in before)
    assert working.stack._crew is None
    assert len(working.advance(5)) > 0


def test_more_workers_than_lanes_are_not_made() -> None:
    lanes = tiny.experiment(tiny.tiny(seeds=(0, 1)))
    lanes.stack.workers = 8
    lanes.begin()
    assert len(pids(lanes)) == 2
    tiny.run_on(lanes)
    assert lanes.stack._crew is None


def test_the_death_of_a_worker_is_a_sentence(working: Experiment) -> None:
    os.kill(pids(working)[0], signal.SIGKILL)
    with pytest.raises(RunFailed, match=r"a worker process of the trainer died \(signal 9\)"):
        working.advance(1)


def test_the_failure_of_a_worker_is_a_sentence(
    working: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("not enough")

    monkeypatch.setattr(Block, "run", fail)
    working.stack.workers = 2
    failed = r"a worker process .* failed: MemoryError: not enough"
    with pytest.raises(RunFailed, match=failed) as caught:
        working.advance(1)
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    assert ", in fail\n" in shown, "where it failed is in what a run records of it"


def test_a_worker_that_hangs_keeps_no_run_from_being_stopped(
    working: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "PATIENCE", 0.0)
    monkeypatch.setattr(crew, "_LOOK_EVERY", 10)
    before = pids(working)
    os.kill(before[1], signal.SIGSTOP)
    asked: list[bool] = []

    def stopping() -> bool:
        asked.append(len(asked) == 2)
        return asked[-1]

    working.stack.stopping = stopping
    with pytest.raises(RunFailed, match="does not answer; the run was stopped"):
        working.advance(1)
    assert asked == [False, False, True], "until it is to be stopped it waits"
    working.stack.workers = 1
    assert not any(is_alive(pid) for pid in before)


def test_workers_die_with_their_trainer_even_if_they_hang(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, tiny.tiny(seeds=(0, 1), steps=10_000_000))
    with children.trainer(run, "--threads", "2") as process:
        until(lambda: has(run.events, '"measured"'))
        hung, *others = children_of(process.pid)
        assert len(others) == 1
        os.kill(hung, signal.SIGSTOP)
        process.kill()
        until(lambda: not is_alive(hung) and not is_alive(others[0]))


@pytest.mark.long
def test_a_reply_larger_than_a_pipe_arrives_whole(working: Experiment) -> None:
    due = {lane: range(1500) for lane in working.running.values()}
    readings = working.stack.launch(1500, due).readings()
    assert len(readings) == 4 * 1500
    assert all(reading.is_finite for reading in readings)
