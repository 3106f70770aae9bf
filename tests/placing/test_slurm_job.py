"""A job in the queue of SLURM: when it trains, when it leaves, and how it goes back."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor import launch
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.placing import slurm_batch, slurm_job
from tests import fakes
from tests.placing.fake_slurm import slurm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir
    from tests.placing.fake_slurm import FakeSlurm

__all__ = ["slurm"]
ID = "20261121-101500-delay-abcd"
MARK = "a" * 12
CONFIG = fakes.config(seeds=(0, 1), only=("dense",))
PLAIN = """
echo "$@"
exit ${CODE:-0}
"""
STOPPABLE = """
trap 'exit 130' TERM
echo "$@"
for _ in $(seq 999); do sleep 0.02; done
"""


class Trial:
    """A batch of one run, and the job for it."""

    def __init__(self, folder: Path, slurm: FakeSlurm, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sweep = SweepDir(folder / "sweeps" / ID)
        self.slurm, self._monkeypatch = slurm, monkeypatch
        self._engine = folder / "engine.sh"
        self.environment = {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "0"}

    def run(self, state: fakes.State = "interrupted") -> RunDir:
        run = fakes.recorded_run(self.sweep.packs, state, made_of=CONFIG)
        run.trainer_log.write_text("")
        slurm_batch.folder(self.sweep).mkdir()
        slurm_batch.write(self.sweep, MARK, slurm_batch.batch(self.sweep, [run]))
        return run

    def engine(self, code: str) -> None:
        self._engine.write_text(f"#!/bin/sh\n{code}")
        self._engine.chmod(0o755)
        self._monkeypatch.setattr(launch, "ENGINE", (str(self._engine),))

    def job(self, *options: str) -> int:
        return slurm_job.main([str(self.sweep.path), MARK, *options], self.environment)


@pytest.fixture
def trial(tmp_path: Path, slurm: FakeSlurm, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    for name, seconds in (("PATIENCE", 0.3), ("POLL", 0.01), ("APART", 0.0)):
        monkeypatch.setattr(slurm_job, name, seconds)
    before = {number: signal.getsignal(number) for number in (signal.SIGUSR1, signal.SIGTERM)}
    made = Trial(tmp_path, slurm, monkeypatch)
    made.engine(PLAIN)
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)


def when(holds: Callable[[], object], act: Callable[[], object]) -> None:
    """Do something in another thread as soon as something holds."""

    def wait() -> None:
        while not holds():
            time.sleep(0.005)
        act()

    threading.Thread(target=wait, daemon=True).start()


def usr1() -> None:
    os.kill(os.getpid(), signal.SIGUSR1)


def test_a_job_trains_its_pack_in_the_foreground(trial: Trial) -> None:
    run = trial.run()
    trial.engine(f"ps -o sid= -p $$\n{PLAIN}")
    assert trial.job("--device", "cuda") == 0
    session, *said = run.trainer_log.read_text().split()
    assert int(session) == os.getsid(0)
    assert said == [str(run.path), "--device", "cuda", "--threads", "1"]
    assert trial.slurm.asked() == []


@pytest.mark.parametrize(("cores", "threads"), [("", 1), ("0", 1), ("2", 2), ("64", 2), ("x", 1)])
def test_threads_are_as_many_as_cores_and_lanes(trial: Trial, cores: str, threads: int) -> None:
    run = trial.run()
    trial.environment["SLURM_CPUS_PER_TASK"] = cores
    assert trial.job() == 0
    assert run.trainer_log.read_text().split()[-1] == str(threads)


def test_a_pack_that_is_complete_is_left_alone(trial: Trial) -> None:
    run = trial.run("finished")
    assert trial.job() == 0
    assert run.trainer_log.read_text() == ""


def test_a_pack_that_is_trained_elsewhere_is_left_after_a_while(
    trial: Trial, capfd: pytest.CaptureFixture[str]
) -> None:
    run = trial.run("running")
    assert trial.job() == 0
    assert run.trainer_log.read_text() == ""
    assert capfd.readouterr().err == f"{run.id} is being trained elsewhere\n"
    fakes.let_go(run)


def test_a_job_takes_over_from_one_that_ends(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm_job, "PATIENCE", 30.0)
    run = trial.run("running")
    threading.Timer(0.05, fakes.let_go, [run]).start()
    assert trial.job() == 0
    assert run.trainer_log.read_text() != ""


@pytest.mark.parametrize(("code", "told"), [(0, 0), (130, 0), (3, 3), (2, 2)])
def test_the_exit_code_is_the_trainer_s(
    trial: Trial, code: int, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial.run()
    monkeypatch.setenv("CODE", str(code))
    assert trial.job() == told


def test_a_race_that_another_job_won_is_no_failure(trial: Trial) -> None:
    run = trial.run()
    log = trial.sweep.path / "finished"
    log.write_bytes(fakes.log(fakes.run_events(CONFIG)))
    trial.engine(f"cp '{log}' '{run.events}'\nexit 2\n")
    assert trial.job() == 0


def test_before_the_time_is_up_the_trainer_stops_and_the_job_goes_back(trial: Trial) -> None:
    run = trial.run()
    trial.engine(STOPPABLE)
    when(run.trainer_log.read_text, usr1)
    assert trial.job() == 0
    assert trial.slurm.asked() == [["scontrol", "requeue", "7_0"]]


def test_a_pack_that_ends_in_that_moment_does_not_go_back(trial: Trial) -> None:
    run = trial.run()
    log = trial.sweep.path / "finished"
    log.write_bytes(fakes.log(fakes.run_events(CONFIG)))
    trial.engine(STOPPABLE.replace("exit 130", f"cp '{log}' '{run.events}'; exit 0"))
    when(run.trainer_log.read_text, usr1)
    assert trial.job() == 0
    assert trial.slurm.asked() == []


def test_a_job_that_only_waits_goes_back_too(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm_job, "PATIENCE", 30.0)
    run = trial.run("running")
    when(lambda: callable(signal.getsignal(signal.SIGUSR1)), usr1)
    assert trial.job() == 0
    assert trial.slurm.asked() == [["scontrol", "requeue", "7_0"]]
    fakes.let_go(run)


def test_a_job_goes_back_a_bounded_number_of_times(
    trial: Trial, capfd: pytest.CaptureFixture[str]
) -> None:
    run = trial.run()
    trial.environment["SLURM_RESTART_COUNT"] = "100"
    trial.engine(STOPPABLE)
    when(run.trainer_log.read_text, usr1)
    assert trial.job() == 1
    assert trial.slurm.asked() == []
    assert capfd.readouterr().err.endswith("went back into the queue 100 times already\n")


def test_while_the_controller_is_away_it_is_asked_again(trial: Trial) -> None:
    run = trial.run()
    trial.engine(STOPPABLE)
    trial.slurm.fails("scontrol", "Unable to contact slurm controller\n")
    when(run.trainer_log.read_text, usr1)
    assert trial.job() == 1
    assert trial.slurm.asked() == [["scontrol", "requeue", "7_0"]] * 10


def test_a_trainer_is_not_told_twice_that_its_job_is_cancelled(trial: Trial) -> None:
    run = trial.run()
    trial.engine(STOPPABLE.replace("'exit 130'", "'echo heard; sleep 0.1; exit 130'"))

    def cancel() -> None:
        pid = launch._children[run.path].pid
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(pid, signal.SIGTERM)

    when(lambda: run.trainer_log.read_text() and run.path in launch._children, cancel)
    assert trial.job() == 0
    assert run.trainer_log.read_text().count("heard") == 1
    assert trial.slurm.asked() == []


def test_a_pack_that_is_not_there_is_said(trial: Trial, capfd: pytest.CaptureFixture[str]) -> None:
    run = trial.run()
    trial.environment["SLURM_ARRAY_TASK_ID"] = "1"
    assert trial.job() == 2
    assert capfd.readouterr().err == f"there is no pack 1 of {MARK} in {trial.sweep.path}\n"
    trial.environment["SLURM_ARRAY_TASK_ID"] = "0"
    run.path.rename(run.path.with_name("moved"))
    run.path.symlink_to(run.path.with_name("moved"))
    assert trial.job() == 2
    copy = SweepDir(trial.sweep.path.with_name("copy"))
    trial.sweep.path.rename(copy.path)
    with pytest.raises(RunError, match="is of another folder"):
        slurm_batch.read(copy, MARK)
