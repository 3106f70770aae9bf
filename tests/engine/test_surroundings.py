"""Devices, provenance, signals, and the order of imports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import torch

from grok_tui.engine import __main__ as trainer
from grok_tui.engine import about, devices
from grok_tui.engine.clock import Pace, Stopwatch
from grok_tui.engine.signals import Signals
from grok_tui.errors import UsageError
from grok_tui.protocol.events import Started
from tests.engine import runs, tiny

if TYPE_CHECKING:
    from pathlib import Path


def test_cpu_is_always_there() -> None:
    assert devices.choose("cpu", "float64") == torch.device("cpu")


@pytest.mark.parametrize("name", ["toaster", "cuda:99", "meta", "cpu:x", ""])
def test_a_device_that_is_not_there_is_refused_with_what_could_be(name: str) -> None:
    with pytest.raises(UsageError, match="expected auto"):
        devices.choose(name, "float32")


def test_the_fingerprint_says_what_the_bits_depend_on() -> None:
    found = devices.fingerprint(torch.device("cpu"), "float32", 1)
    assert found["torch"] == str(torch.__version__)
    assert found["precision"] == "float32"
    assert all(type(value) is str for value in found.values())


@pytest.mark.parametrize(
    ("files", "commit"),
    [
        ({"HEAD": "ref: refs/heads/main", "refs/heads/main": "a" * 40}, "a" * 40),
        (
            {"HEAD": "ref: refs/heads/main", "packed-refs": f"# x\n{'b' * 40} refs/heads/main"},
            "b" * 40,
        ),
        ({"HEAD": "c" * 40}, "c" * 40),
        ({"HEAD": "ref: refs/heads/new"}, ""),
        ({"HEAD": "nonsense"}, ""),
        ({}, ""),
    ],
)
def test_the_commit_is_read_from_the_repository_around(
    tmp_path: Path, files: dict[str, str], commit: str
) -> None:
    for name, text in files.items():
        file = tmp_path / ".git" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    inside = tmp_path / "some" / "folder"
    inside.mkdir(parents=True)
    (tmp_path / ".git").mkdir(exist_ok=True)
    assert about.commit(inside) == commit


@pytest.mark.parametrize(
    ("told", "command"),
    [('["grok-tui", "run"]', ("grok-tui", "run")), ("junk", None), ("[1]", None), ("", None)],
)
def test_the_command_is_what_was_typed_where_the_launcher_tells(
    monkeypatch: pytest.MonkeyPatch, told: str, command: tuple[str, ...] | None
) -> None:
    monkeypatch.setenv("GROK_TUI_COMMAND", told)
    assert about.command() == (command or tuple(sys.orig_argv))


def test_a_package_that_is_not_installed_has_no_version() -> None:
    assert about.package_version("no-such-package-anywhere") == ""


def test_signals_set_flags_and_nothing_else() -> None:
    before = {
        number: signal.getsignal(number)
        for number in (
            signal.SIGINT,
            signal.SIGTERM,
            signal.SIGUSR1,
            signal.SIGHUP,
            signal.SIGPIPE,
        )
    }
    flags = Signals()
    try:
        flags.install()
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGUSR1)
        assert (flags.stop, flags.checkpoint) == (False, True)
        os.kill(os.getpid(), signal.SIGTERM)
        assert flags.stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_the_stopwatch_stands_still_while_it_is_held() -> None:
    watch = Stopwatch(5.0)
    assert watch() >= 5.0
    watch.hold()
    held = watch()
    watch.hold()
    assert watch() == held
    watch.go()
    assert watch() >= held


def test_the_pace_is_never_less_than_a_step_and_grows_with_speed() -> None:
    pace = Pace()
    assert pace.steps() == 1
    for _ in range(12):
        pace.took(pace.steps(), pace.steps() * 0.001)
    assert pace.steps() == 80
    pace.took(1, 100.0)
    assert pace.steps() == 1
    pace.took(1, 0.0)
    assert pace.steps() >= 1


def test_the_pace_settles_where_each_slice_waits_for_the_one_before() -> None:
    """As on a GPU: what is launched now is waited for in the next slice."""
    pace, slices, before = Pace(), [], 0
    for _ in range(60):
        steps = pace.steps()
        pace.took(steps, steps * 1e-5 + before * 0.001)
        slices.append(steps)
        before = steps
    assert max(slices) < 200
    assert all(70 < steps < 90 for steps in slices[-20:])


def test_the_first_acts_of_the_trainer_need_no_torch() -> None:
    code = "import sys, grok_tui.engine.__main__; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.long
def test_threads_are_those_that_were_asked_for_whatever_else_says(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, tiny.tiny(steps=2))
    code = (
        "import sys, torch\n"
        "from grok_tui.engine.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "sys.exit(code or torch.get_num_threads() != 2)"
    )
    command = [sys.executable, "-c", code, str(run.path), "--threads", "2", "--device", "cpu"]
    environment = os.environ | {"OMP_NUM_THREADS": "7"}
    assert subprocess.run(command, env=environment, check=False).returncode == 0
    started = runs.events(run)[0]
    assert isinstance(started, Started)
    assert (started.threads, started.workers) == (2, 1)


@pytest.mark.parametrize("threads", ["0", "257", "-1", "two", "²"])
def test_a_number_of_threads_that_cannot_be_is_refused(tmp_path: Path, threads: str) -> None:
    with pytest.raises(SystemExit) as refused:
        trainer.main([str(tmp_path / "run"), "--threads", threads])
    assert refused.value.code == 2


def test_training_never_loads_the_compiler_of_torch() -> None:
    code = (
        "import sys\n"
        "from tests.engine import tiny\n"
        "tiny.run(tiny.tiny(steps=2))\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
