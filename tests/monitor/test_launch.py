"""Trainers are started detached, and what goes wrong before they begin is told in their words.

The engine here is a few lines of Python that need no torch.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.errors import RunError, RunFailed
from grok_tui.monitor import launch, spawning
from grok_tui.monitor.watch import Watch
from grok_tui.protocol import presets
from grok_tui.protocol.events import Failed
from grok_tui.protocol.rundir import RunDir, TrainerLock
from tests import fakes

if TYPE_CHECKING:
    from grok_tui.protocol.config import Config

CONFIG = fakes.config()
LOCK = """
import fcntl, os, sys, time
run = sys.argv[1]
lock = open(run + "/lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
def say(data):
    with open(run + "/events.jsonl", "ab") as log:
        log.write(data)
"""
STARTED = fakes.log([fakes.started(CONFIG)])
REPORT = """
import json, os, signal, sys
facts = dict(argv=sys.argv[1:], cwd=os.getcwd(), env=dict(os.environ), sid=os.getsid(0),
             pid=os.getpid(), mask=len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
             stdin=os.path.samestat(os.fstat(0), os.stat("/dev/null")))
print(json.dumps(facts), flush=True)
"""

Engine = Callable[[str], None]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Sets what a trainer does; ends those that still live afterwards."""
    children: dict[Path, subprocess.Popen[bytes]] = {}
    monkeypatch.setattr(launch, "_children", children)
    yield lambda code: monkeypatch.setattr(launch, "ENGINE", (sys.executable, "-S", "-c", code))
    for child in children.values():
        child.kill()
        child.wait()


def started(runs: Path, config: Config = CONFIG) -> RunDir:
    return launch.start(config, runs, "Quick Start!", "cpu", ("grok-tui", "run", "x"))


def ended(run: RunDir) -> None:
    launch._children[run.path].wait()


def test_a_trainer_is_detached_and_knows_its_run(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(REPORT)
    monkeypatch.chdir(tmp_path)
    old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        run = started(Path("my runs"))
        blocked = signal.pthread_sigmask(signal.SIG_SETMASK, old)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
    ended(run)
    facts = json.loads(run.trainer_log.read_text())
    assert facts["argv"] == [str(run.path), "--device", "cpu"]
    assert run.path.is_absolute()
    assert "-quick-start-" in run.id
    assert (facts["cwd"], facts["stdin"], facts["mask"]) == ("/", True, 0)
    assert facts["sid"] == facts["pid"]
    assert facts["env"]["OMP_WAIT_POLICY"] == "PASSIVE"
    assert facts["env"]["PWD"] == str(tmp_path)
    assert json.loads(facts["env"]["GROK_TUI_COMMAND"]) == ["grok-tui", "run", "x"]
    assert signal.SIGTERM in blocked
    assert presets.load_config(run.config) == CONFIG


def test_the_trainer_finds_the_package_from_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import grok_tui.errors"
    command = [sys.executable, "-S", "-c", code]
    found = subprocess.run(command, cwd="/", env=spawning.environment(), check=False)
    assert found.returncode == 0
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    assert spawning.environment()["PYTHONPATH"].endswith(f"{os.pathsep}/somewhere")
    monkeypatch.setattr(spawning, "__file__", "/x/site-packages/grok_tui/monitor/spawning.py")
    assert spawning.environment()["PYTHONPATH"] == "/somewhere"


def test_how_the_user_lets_threads_wait_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    found = spawning.environment()
    assert found["OMP_WAIT_POLICY"] == "ACTIVE"
    assert "GROK_TUI_COMMAND" not in found


def test_files_that_the_configuration_names_are_found_from_anywhere(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine("")
    monkeypatch.chdir(tmp_path)
    task = msgspec.structs.replace(CONFIG.task, split_from="mine.safetensors")
    model = msgspec.structs.replace(CONFIG.model, weights_from="~/w.safetensors")
    run = started(tmp_path, msgspec.structs.replace(CONFIG, task=task, model=model))
    ended(run)
    written = run.config.read_text()
    assert f'"{tmp_path}/mine.safetensors"' in written
    assert f'"{Path.home()}/w.safetensors"' in written


def test_nothing_is_left_behind_when_it_cannot_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "ENGINE", ("/no/such/python",))
    with pytest.raises(RunError, match=r"cannot start a run in .*No such file"):
        started(tmp_path)
    assert list(tmp_path.iterdir()) == []

    def broken(_: Config) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(presets, "dump", broken)
    with pytest.raises(ZeroDivisionError):
        started(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot make a run in"):
        started(tmp_path / "file")


def test_a_trainer_that_dies_is_reaped(engine: Engine, tmp_path: Path) -> None:
    engine("")
    run = started(tmp_path)
    child = launch._children[run.path]
    while child.returncode is None:
        time.sleep(0.01)
    with pytest.raises(ChildProcessError):
        os.waitpid(child.pid, os.WNOHANG)


def test_a_trainer_that_still_loads_can_be_ended(engine: Engine, tmp_path: Path) -> None:
    engine("import time; time.sleep(60)")
    run = started(tmp_path)
    launch.terminate(run)
    assert launch._children[run.path].wait() == -signal.SIGTERM
    launch.terminate(run)


def test_waiting_ends_when_training_has_begun(engine: Engine, tmp_path: Path) -> None:
    engine(f"{LOCK}\ntime.sleep(0.2)\nsay({STARTED!r})\ntime.sleep(60)")
    run = started(tmp_path)
    launch.wait_until_started(run, 30)
    assert Watch(run).look().state == "running"


def test_a_run_is_taken_before_its_trainer_has_loaded_anything(
    engine: Engine, tmp_path: Path
) -> None:
    engine(f"{LOCK}\ntime.sleep(60)")
    run = started(tmp_path)
    launch.wait_until_taken(run, 30)
    assert Watch(run).look().state == "starting"


def test_a_run_that_nobody_takes_is_told_in_the_trainers_words(
    engine: Engine, tmp_path: Path
) -> None:
    engine("import sys; sys.exit('there is no such device')")
    run = started(tmp_path)
    with pytest.raises(RunFailed, match="there is no such device"):
        launch.wait_until_taken(run, 30)
    with pytest.raises(RunError, match="was not taken in 0 s"):
        launch.wait_until_taken(fakes.recorded_run(tmp_path, "interrupted"), 0.1)


def test_waiting_for_a_run_that_is_already_done_is_short(engine: Engine, tmp_path: Path) -> None:
    engine(f"{LOCK}\nsay({STARTED!r})")
    run = started(tmp_path)
    ended(run)
    launch.wait_until_started(run, 30)


def test_a_trainer_that_was_stopped_at_once_did_begin(engine: Engine, tmp_path: Path) -> None:
    stopped = STARTED + fakes.log([fakes.finished([], "stopped")])
    engine(f"{LOCK}\nsay({stopped!r})\nsys.exit(130)")
    run = started(tmp_path)
    ended(run)
    launch.wait_until_started(run, 30)


@pytest.mark.parametrize(
    ("code", "kind", "sentence"),
    [
        (
            "import sys; sys.exit('x\\n\\nthe \\x1b[2Jdisk is full\\n')",
            RunFailed,
            "the \ufffd[2Jdisk is full",
        ),
        ("import sys; print('it is being trained'); sys.exit(2)", RunError, "it is being trained"),
        ("import os; os.kill(os.getpid(), 9)", RunFailed, "the trainer ended with signal 9"),
        ("import sys; sys.exit(3)", RunFailed, "ended with exit code 3 and said nothing"),
    ],
)
def test_a_death_before_the_beginning_is_told_in_the_trainers_words(
    engine: Engine, tmp_path: Path, code: str, kind: type[Exception], sentence: str
) -> None:
    engine(code)
    run = started(tmp_path)
    with pytest.raises(kind) as error:
        launch.wait_until_started(run, 30)
    assert sentence in str(error.value)


def test_a_failure_in_the_log_is_the_trainers_sentence(engine: Engine, tmp_path: Path) -> None:
    failed = fakes.log([Failed(sentence="no \x1b[2J GPU", traceback="")])
    engine(f"{LOCK}\nsay({failed!r})\nsys.exit(3)")
    run = started(tmp_path)
    with pytest.raises(RunFailed, match=r"^no \ufffd\[2J GPU$"):
        launch.wait_until_started(run, 30)


def test_what_the_trainer_refuses_is_the_users_error(engine: Engine, tmp_path: Path) -> None:
    failed = fakes.log([Failed(sentence="there is no GPU", traceback="")])
    engine(f"{LOCK}\nsay({failed!r})\nsys.exit(2)")
    with pytest.raises(RunError, match=r"^there is no GPU$"):
        launch.wait_until_started(started(tmp_path), 30)


def test_waiting_has_an_end(engine: Engine, tmp_path: Path) -> None:
    engine("import time; time.sleep(60)")
    run = started(tmp_path)
    with pytest.raises(RunError, match=r"has not begun in 0 s; see .*trainer.log"):
        launch.wait_until_started(run, 0.1)


def test_waiting_for_the_trainer_of_another_process(tmp_path: Path) -> None:
    launch.wait_until_started(fakes.recorded_run(tmp_path, "running"), 1)
    done = fakes.recorded_run(tmp_path, "finished", run_id="20261121-101501-done-abcd")
    launch.wait_until_started(done, 1)
    failed = fakes.recorded_run(tmp_path, "failed", run_id="20261121-101502-failed-abcd")
    with pytest.raises(RunFailed, match=r"the disk is full"):
        launch.wait_until_started(failed, 1)


def test_the_log_of_a_trainer_is_shown_from_its_end(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    assert launch.last_words(run) == ""
    run.trainer_log.write_bytes(b"a line\n" * 20_000 + b"\xff\x1b[2Jlast\n\n")
    assert launch.last_words(run) == "\ufffd\ufffd[2Jlast"


@pytest.mark.parametrize("state", ["interrupted", "stopped", "failed"])
def test_what_was_cut_short_is_taken_on(engine: Engine, tmp_path: Path, state: fakes.State) -> None:
    engine("import sys; print(sys.argv[3])")
    run = fakes.recorded_run(tmp_path, state)
    launch.resume(run)
    ended(run)
    assert run.trainer_log.read_text().endswith("\ncpu\n")


def test_the_device_may_be_changed(engine: Engine, tmp_path: Path) -> None:
    engine("import sys; print(sys.argv[3])")
    run = fakes.recorded_run(tmp_path, "interrupted")
    launch.resume(run, "cuda:1")
    ended(run)
    run.about.unlink()
    launch.resume(run)
    ended(run)
    assert run.trainer_log.read_text().split("\n")[-3:] == ["cuda:1", "auto", ""]


def test_threads_are_passed_on_where_they_are_given(engine: Engine, tmp_path: Path) -> None:
    engine("import sys; print(*sys.argv[2:])")
    run = launch.start(CONFIG, tmp_path, "new", "cpu", threads=3)
    ended(run)
    assert run.trainer_log.read_text() == "--device cpu --threads 3\n"
    cut_short = fakes.recorded_run(tmp_path, "interrupted")
    for threads in (2, 0):
        launch.resume(cut_short, threads=threads)
        ended(cut_short)
    said = cut_short.trainer_log.read_text()
    assert said.endswith("--device cpu --threads 2\n--device cpu\n")


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("finished", "is complete"),
        ("running", "is being trained already"),
        ("paused", "is being trained already"),
        ("starting", "is being trained already"),
        ("empty", "is being trained already"),
    ],
)
def test_what_needs_no_trainer_is_refused(tmp_path: Path, state: fakes.State, why: str) -> None:
    run = fakes.recorded_run(tmp_path, state)
    with pytest.raises(RunError, match=why):
        launch.resume(run)


def test_a_run_without_configuration_cannot_be_taken_on(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "interrupted")
    run.config.unlink()
    with pytest.raises(RunError, match=r"cannot resume .*: config.toml is missing"):
        launch.resume(run)


def test_an_engine_that_cannot_be_run_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "ENGINE", ("/no/such/python",))
    with pytest.raises(RunError, match=r"cannot train .*No such file"):
        launch.resume(fakes.recorded_run(tmp_path, "interrupted"))


def far(tmp_path: Path, host: str) -> RunDir:
    """A run that was last trained in another boot, of another host or of this one."""
    run = fakes.recorded_run(tmp_path, "interrupted")
    run.about.write_bytes(msgspec.json.encode(fakes.about(boot_id="other", host=host)))
    return run


def test_a_run_of_another_host_needs_the_users_word(engine: Engine, tmp_path: Path) -> None:
    engine("")
    run = far(tmp_path, "far")
    with pytest.raises(RunError, match=r"was last trained on far; .* add --force"):
        launch.resume(run, listen=0)
    launch.resume(run, force=True, listen=0)
    ended(run)


def test_a_long_name_of_this_host_is_known_again(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine("")
    monkeypatch.setattr(platform, "node", lambda: "long" * 16)
    run = far(tmp_path, "long" * 16)
    launch.resume(run, listen=0)
    ended(run)


def test_a_pipe_in_the_place_of_what_a_trainer_prints_is_not_waited_for(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "interrupted")
    run.trainer_log.unlink(missing_ok=True)
    os.mkfifo(run.trainer_log)
    with pytest.raises(RunError, match="No such device"):
        launch.resume(run)


def test_a_run_of_this_host_before_a_reboot_needs_none(engine: Engine, tmp_path: Path) -> None:
    engine("")
    run = far(tmp_path, platform.node())
    launch.resume(run, listen=0)
    ended(run)


def test_a_heartbeat_is_stronger_than_the_users_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = far(tmp_path, "far")
    monkeypatch.setattr(time, "sleep", lambda _: TrainerLock(run).release())
    run.lock.write_text("00000000000000000042\n")
    with pytest.raises(RunError, match=r"is being trained on far"):
        launch.resume(run, force=True, listen=0.001)


def test_of_a_run_that_the_trainer_refuses_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fakes.recorded_run(tmp_path, "interrupted")
    sentence = "weights.safetensors: it is not a whole safetensors file"
    run.events.write_bytes(fakes.log([Failed(sentence=sentence, traceback="")]))

    def refuse(*_: object) -> None:
        raise RunError(sentence)

    monkeypatch.setattr(launch, "wait_until_started", refuse)
    with pytest.raises(RunError):
        launch.wait_until_begun(run)
    assert not run.path.exists()


def test_a_run_that_has_a_log_is_kept_when_its_trainer_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fakes.recorded_run(tmp_path, "failed")

    def refuse(*_: object) -> None:
        raise RunError("it has not begun")

    monkeypatch.setattr(launch, "wait_until_started", refuse)
    with pytest.raises(RunError):
        launch.wait_until_begun(run)
    assert run.path.exists()
