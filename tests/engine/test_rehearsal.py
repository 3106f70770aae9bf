"""Threads of real runs: tried on copies, recorded, and kept over a resume."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grok_tui.engine import crew, devices, rehearsal
from grok_tui.engine.answers import Choice
from grok_tui.engine.cores import Hardware, Watch
from grok_tui.engine.rehearsal import Rehearsal
from grok_tui.engine.signals import Signals
from grok_tui.engine.training import Block
from grok_tui.errors import RunFailed
from grok_tui.protocol.events import Resumed, Started, Warned
from grok_tui.protocol.rundir import read_small
from tests.engine import runs, tiny

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.engine.experiment import Experiment
    from grok_tui.engine.training import Measuring
    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.rundir import RunDir

SEEDS = tiny.tiny(seeds=(0, 1, 2), steps=20)
ONE = tiny.tiny(steps=20)


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no load, two of whose cores are ours; a second thread halves the time."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    monkeypatch.setattr("grok_tui.engine.cores.LEAST", float("inf"))  # by the load alone
    monkeypatch.setattr("grok_tui.engine.cores._affinity", lambda: frozenset({0, 1}))
    monkeypatch.setattr(rehearsal, "Rehearsal", lambda *_: lambda choice, _: 0.001 / choice.total)
    return tmp_path


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were forked, living or not."""
    fork, made = os.fork, list[int]()

    def recorded() -> int:
        pid = fork()
        made.append(pid)
        return pid

    monkeypatch.setattr(os, "fork", recorded)
    return made


def hardware(root: Path, threads: int = 0) -> Hardware:
    """The cores of a machine whose kernel tells nothing."""
    return Hardware(Watch(root, frozenset({0, 1})), "cpu", threads)


def begun(seeds: int) -> Experiment:
    """An experiment in training."""
    lanes = tiny.experiment(tiny.tiny(seeds=range(seeds)))
    lanes.begin()
    return lanes


def first(run: RunDir, kind: type[AnyEvent]) -> AnyEvent:
    """The first event of a kind."""
    return next(event for event in runs.events(run) if isinstance(event, kind))


@pytest.mark.parametrize("choice", [Choice(1, 1), Choice(1, 2), Choice(2, 1)])
def test_a_trial_leaves_the_lanes_and_torch_as_they_were(choice: Choice) -> None:
    torch.set_num_threads(1)
    lanes = begun(1)
    lane = next(iter(lanes.running.values()))
    before = lane.rows.copy()
    assert Rehearsal(lanes, 3)(choice, 2) > 0
    assert torch.equal(lane.rows.weights, before.weights)
    assert torch.equal(lane.rows.first, before.first)
    assert int(lane.rows.updates) == 0
    assert lane.step == 0
    assert torch.get_num_threads() == 1


def test_a_trial_leaves_no_process_behind(forked: list[int]) -> None:
    trial = Rehearsal(begun(1), 4)
    for workers in (1, 4, 2, 4):
        assert trial(Choice(1, workers), 1) > 0
    assert len(forked) == 4 + 2 + 4
    for pid in forked:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_one_lane_gets_threads_and_several_get_workers(quiet: Path) -> None:
    assert rehearsal.choose(begun(1), hardware(quiet), 0) == (Choice(2, 1), "")
    assert rehearsal.choose(begun(3), hardware(quiet), 0) == (Choice(1, 2), "")


def test_where_no_process_may_be_forked_the_trainer_works_alone(
    quiet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "POSSIBLE", False)
    assert rehearsal.choose(begun(3), hardware(quiet), 0) == (Choice(1, 1), "")
    assert rehearsal.choose(begun(1), hardware(quiet), 0) == (Choice(2, 1), "")


def test_a_worker_that_dies_in_a_trial_costs_no_run(
    quiet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> float:
        raise RunFailed("a worker process of the trainer died (signal 9)")

    monkeypatch.setattr(rehearsal, "Rehearsal", lambda *_: die)
    assert rehearsal.choose(begun(3), hardware(quiet), 0) == (Choice(1, 1), "")


def test_a_worker_that_hangs_in_a_trial_keeps_no_run_from_being_stopped(
    quiet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was waited for until the trainer was asked to end a second time."""
    trainer, step = os.getpid(), Block.run

    def hang(*given: Any) -> Measuring:
        if os.getpid() != trainer:
            signal.pause()
        return step(*given)

    monkeypatch.setattr(Block, "run", hang)
    monkeypatch.setattr(crew, "PATIENCE", 0.0)
    monkeypatch.setattr(crew, "_LOOK_EVERY", 10)
    monkeypatch.setattr(rehearsal, "Rehearsal", Rehearsal)
    asked = Signals()
    asked.stop = True
    assert runs.train(runs.new_run(tmp_path, SEEDS), asked, threads=0) == 130


def test_lanes_that_wait_count(quiet: Path) -> None:
    lanes = tiny.experiment(tiny.tiny((tiny.DENSE, tiny.TICKET)))
    lanes.begin()
    assert (len(lanes.running), len(lanes.waiting)) == (1, 1)
    assert rehearsal.choose(lanes, hardware(quiet), 0) == (Choice(1, 2), "")


def test_a_number_that_was_asked_for_is_taken_as_it_is(quiet: Path) -> None:
    assert rehearsal.choose(begun(1), hardware(quiet, 7), 0) == (Choice(7, 1), "")
    assert rehearsal.choose(begun(3), hardware(quiet, 7), 0) == (Choice(1, 7), "")
    assert rehearsal.choose(begun(3), hardware(quiet, 1), 2) == (Choice(1, 1), "")
    assert not (quiet / "cache").exists()


@pytest.mark.parametrize(
    ("lanes", "before", "chosen"),
    [(1, 1, Choice(1, 1)), (1, 4, Choice(4, 1)), (3, 4, Choice(4, 1)), (3, 1, Choice(1, 2))],
)
def test_a_run_goes_on_with_the_threads_it_had(
    quiet: Path, lanes: int, before: int, chosen: Choice
) -> None:
    assert rehearsal.choose(begun(lanes), hardware(quiet), before) == (chosen, "")


def test_the_last_lane_that_is_left_has_no_threads_that_it_had_not_among_others(
    quiet: Path,
) -> None:
    experiment = begun(3)
    while len(experiment.running) > 1:
        experiment.running.popitem()
    assert rehearsal.choose(experiment, hardware(quiet, threads=4), 1) == (Choice(1, 4), "")
    assert rehearsal.choose(begun(1), hardware(quiet, threads=4), 1) == (Choice(4, 1), "")


def test_an_ended_experiment_has_nothing_to_try(quiet: Path) -> None:
    lanes = tiny.experiment(tiny.tiny())
    assert rehearsal.choose(lanes, hardware(quiet), 0) == (Choice(1, 1), "")


def test_what_was_found_is_kept_for_the_same_network_alone(quiet: Path) -> None:
    rehearsal.choose(begun(1), hardware(quiet), 0)
    path = quiet / "cache" / "grok-tui" / "threads.json"
    once = read_small(path)
    rehearsal.choose(begun(1), hardware(quiet), 0)
    assert read_small(path) == once
    rehearsal.choose(begun(2), hardware(quiet), 0)
    other = tiny.experiment(tiny.tiny(precision="float64"))
    other.begin()
    rehearsal.choose(other, hardware(quiet), 0)
    assert read_small(path).count(b"threads") == 3


def test_a_run_records_its_threads_and_a_resume_goes_on_with_them(
    quiet: Path, tmp_path: Path
) -> None:
    run = runs.new_run(tmp_path, ONE)
    assert runs.train(run, runs.StopAtLook(9), threads=0) == 130
    started = first(run, Started)
    assert isinstance(started, Started)
    assert (started.threads, started.workers) == (2, 1)
    (quiet / "cache" / "grok-tui" / "threads.json").unlink()
    assert runs.train(run, threads=0) == 0
    resumed = first(run, Resumed)
    assert isinstance(resumed, Resumed)
    assert (resumed.exact, resumed.changed) == (True, ())
    straight = runs.new_run(tmp_path, ONE)
    assert runs.train(straight, threads=2) == 0
    assert runs.lasting(run) == runs.lasting(straight)
    assert runs.artifacts(run) == runs.artifacts(straight)


def test_a_resume_with_other_threads_says_that_it_is_not_exact(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, ONE)
    assert runs.train(run, runs.StopAtLook(9), threads=2) == 130
    assert runs.train(run, threads=1) == 0
    resumed = first(run, Resumed)
    assert isinstance(resumed, Resumed)
    assert (resumed.exact, resumed.changed) == (False, ("threads",))


@pytest.mark.parametrize("name", ["torch", "device", "kernels"])
def test_a_resume_with_another_torch_or_device_says_that_it_is_not_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    run = runs.new_run(tmp_path, ONE)
    assert runs.train(run, runs.StopAtLook(9)) == 130
    here = devices.fingerprint
    monkeypatch.setattr(devices, "fingerprint", lambda *of: here(*of) | {name: "another"})
    assert runs.train(run) == 0
    resumed = first(run, Resumed)
    assert isinstance(resumed, Resumed)
    assert (resumed.exact, resumed.changed) == (False, (name,))


def test_no_bit_of_a_run_depends_on_its_workers(quiet: Path, tmp_path: Path) -> None:
    side_by_side, alone = runs.new_run(tmp_path, SEEDS), runs.new_run(tmp_path, SEEDS)
    assert runs.train(side_by_side, threads=0) == 0
    assert runs.train(alone, threads=1) == 0
    started = first(side_by_side, Started)
    assert isinstance(started, Started)
    assert (started.threads, started.workers) == (1, 2)
    assert runs.lasting(side_by_side) == runs.lasting(alone)
    assert runs.artifacts(side_by_side) == runs.artifacts(alone)


def test_a_run_that_was_stopped_leaves_no_worker_behind(
    quiet: Path, tmp_path: Path, forked: list[int]
) -> None:
    assert runs.train(runs.new_run(tmp_path, SEEDS), runs.StopAtLook(9), threads=0) == 130
    assert len(forked) == 2
    for pid in forked:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_busy_machine_is_told_in_the_log(
    quiet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (1.8, 0.0, 0.0))
    run = runs.new_run(tmp_path, SEEDS)
    assert runs.train(run, threads=0) == 0
    warned = first(run, Warned)
    assert isinstance(warned, Warned)
    expected = "other programs keep 1.8 of 2 cores busy: training with one thread"
    assert warned.sentence == expected
    assert not (quiet / "cache").exists()
