"""Signals in every phase of a trainer's life: how it ends, and what it leaves."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from functools import cache, partial
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grok_tui.engine.log import ended_as
from grok_tui.monitor.watch import Watch
from grok_tui.protocol import control
from grok_tui.protocol.rundir import lock_state
from tests.engine import runs, tiny
from tests.faults import alike, children
from tests.faults.counting import trials
from tests.faults.phases import PHASES, put_in
from tests.faults.test_disk import STOPPED, assert_whole, said
from tests.slow import trainers
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=60)
SENT = ((signal.SIGINT,), (signal.SIGTERM,), (signal.SIGTERM,) * 2, (signal.SIGHUP,),
        (signal.SIGUSR1,))  # fmt: skip
SOON = 10.0
"""Seconds after which a trainer that was told to stop must be gone, on a busy machine."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run lies that nothing happens to."""
    return tmp_path_factory.mktemp("straight")


@cache
def unhurt(folder: Path) -> RunDir:
    """The run that nothing happened to."""
    return alike.straight(folder, CONFIG)


def send(process: ForkServerProcess, numbers: tuple[int, ...]) -> None:
    """Send these, each when the one before was heard; two at once would be one."""
    for number in numbers:
        with contextlib.suppress(OSError):
            until(lambda: _pending(process) == 0)
        children.send(process, number)


def _pending(process: ForkServerProcess) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    masks = [line.split()[1] for line in lines if line.startswith(("SigPnd", "ShdPnd"))]
    return sum(int(mask, 16) for mask in masks)


def signalled(
    run: RunDir, phase: str, numbers: tuple[int, ...], chance: random.Random
) -> tuple[int, float]:
    """Train, and send signals in that phase; the exit code, and the seconds that it took."""
    ours, theirs = Pipe()
    first = partial(put_in, phase, chance.randint(1, 12), theirs)
    with ours, children.trainer(run, first=first) as process:
        theirs.close()
        if phase == "paused":
            in_pause(run, process, numbers)
        else:
            ours.recv_bytes()
            send(process, numbers)
            go_on(ours)
        began = time.monotonic()
        return children.ended(process), time.monotonic() - began


def go_on(ours: Connection) -> None:
    """Let it go, if it still lives."""
    with contextlib.suppress(OSError):
        ours.send_bytes(b"go")


def in_pause(run: RunDir, process: ForkServerProcess, numbers: tuple[int, ...]) -> None:
    """Send signals in a pause; one that does not end it is seen to be obeyed in it."""
    until(partial(has, run.events, '"started"'))
    control.send(run, "pause", "x")
    until(partial(has, run.events, '"result":"paused"'))
    send(process, numbers)
    if numbers == (signal.SIGUSR1,):
        until(lambda: run.events.read_bytes().count(b'"checkpointed"') == 3)
    if numbers in ((signal.SIGUSR1,), (signal.SIGHUP,)):
        assert process.exitcode is None
        assert Watch(run).look().state == "paused"
        control.send(run, "continue", "x")


def expected(phase: str, numbers: tuple[int, ...]) -> int:
    """The exit code."""
    if len(numbers) == 2:
        return 128 + signal.SIGTERM
    if numbers[0] in (signal.SIGHUP, signal.SIGUSR1) or phase == "finishing":
        return 0
    return 3 if phase == "disk full" else 130


def assert_left(run: RunDir, phase: str, numbers: tuple[int, ...], trial: str) -> None:
    """What the log says fits how the trainer ended."""
    assert lock_state(run) == "free", trial
    code = expected(phase, numbers)
    kinds = runs.kinds(run) if code in (0, 130) else []
    if code == 0:
        assert ended_as(run.events) == "completed", trial
        asked = numbers == (signal.SIGUSR1,) and phase != "finishing"
        assert kinds.count("Checkpointed") == 1 + asked + (phase == "paused"), f"{trial}: {kinds}"
    elif code == 130:
        assert ended_as(run.events) == "stopped", trial
        assert [kind for kind in kinds if kind != "Obeyed"][-2:] == ["Checkpointed", "Finished"]
        assert Watch(run).look().state == "stopped", trial
    elif code == 3:
        assert said(run) in STOPPED, f"{trial}: {said(run)}"
    else:
        assert ended_as(run.events) == "", trial
        assert Watch(run).look().state == "interrupted", trial


@trials(150, at_once=5)
def test_a_signal_in_any_phase_does_what_is_documented(
    seeds: range, folder: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """INT, TERM, TERM twice, HUP, USR1 in six phases; slowest: from the signal to the end."""
    slowest = 0.0
    for seed in seeds:
        phase, numbers = PHASES[seed % len(PHASES)], SENT[seed % len(SENT)]
        trial = f"seed {seed}: {phase}, {[signal.Signals(one).name for one in numbers]}"
        run = runs.new_run(tmp_path, CONFIG)
        code, seconds = signalled(run, phase, numbers, random.Random(seed))
        assert code == expected(phase, numbers), f"{trial}: exit code {code}, {said(run)}"
        assert_whole(run, seed)
        assert_left(run, phase, numbers, trial)
        if code:
            assert seconds < SOON, f"{trial}: it ended after {seconds:.1f} s"
            slowest = max(slowest, seconds)
        alike.finish(run)
        alike.assert_alike(run, unhurt(folder), seed)
    record_property("slowest", slowest)


@pytest.mark.faults
@pytest.mark.parametrize("numbers", SENT)
def test_a_signal_while_torch_is_really_loaded(
    numbers: tuple[int, ...], folder: Path, tmp_path: Path
) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    with trainers.trainer(run, "--threads", "1") as process:
        until(lambda: lock_state(run) == "held")
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.1)
        assert process.wait(trainers.PATIENCE) == expected("importing", numbers)
    ends = {0: "completed", 130: "stopped", 143: ""}
    assert ended_as(run.events) == ends[process.returncode]
    if numbers == (signal.SIGUSR1,):
        assert runs.kinds(run).count("Checkpointed") >= 2
    alike.finish(run)
    assert runs.lasting(run) == runs.lasting(unhurt(folder))
