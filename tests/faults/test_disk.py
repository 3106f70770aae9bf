"""Disks that are full, over quota, broken or read-only, and folders that go away."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import signal
import subprocess
import time
from functools import cache, partial
from multiprocessing import Pipe
from subprocess import PIPE
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol import control, events, presets
from tests.engine import runs, tiny
from tests.faults import alike, children
from tests.faults.counting import trials
from tests.faults.disks import ACTS, FOREVER, WAITED_FOR, Fault, put_in
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=60)
TICKET = control.TakeTicket(by="x", method="magnitude", pruning_rate=0.5, source="dense")
ERRORS = (errno.ENOSPC, errno.ENOSPC, errno.EDQUOT, 0, errno.EIO, errno.EROFS)

STOPPED = (
    "the disk is full, and the run was stopped without a checkpoint",
    "the run was stopped, but no checkpoint could be written: no space left on device",
    "the run was stopped, but no checkpoint could be written: disk quota exceeded",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run lies that nothing happens to."""
    return tmp_path_factory.mktemp("straight")


@cache
def unhurt(folder: Path) -> RunDir:
    """The run that nothing happened to."""
    return alike.straight(folder, CONFIG)


def assert_whole(run: RunDir, seed: int) -> None:
    """Every line of the log is whole but for what stands behind the last line's end."""
    data = run.events.read_bytes() if run.events.exists() else b""
    for line in data[: data.rfind(b"\n") + 1].splitlines():
        assert events.is_whole(line), f"seed {seed}: a torn line is in the log: {line[:200]!r}"


def assert_nothing_lost(run: RunDir, seed: int) -> None:
    """No checkpoint and no artifact was found damaged."""
    warned = [event for event in runs.events(run) if isinstance(event, events.Warned)]
    lost = [event.sentence for event in warned if "damaged" in event.sentence]
    assert lost == [], f"seed {seed}"


def said(run: RunDir) -> str:
    """The last line of what the trainer printed."""
    return (run.trainer_log.read_text().splitlines() or [""])[-1]


def some_fault(chance: random.Random, error: int, tells: Connection) -> Fault:
    """A fault at any act of a life, for a moment, for long, or for ever if that is waited for."""
    files = chance.choice(list(ACTS))
    count = chance.choice((1, 2, 3, 7, 30, FOREVER if error in WAITED_FOR else 30))
    return Fault(error, chance.randint(1, ACTS[files]), count, files, tells)


def assert_refused(run: RunDir, code: int, fault: Fault, seed: int) -> None:
    """It ended with a sentence; where it would have had to wait, it had not begun."""
    told = f"seed {seed}: exit code {code}, {said(run)}"
    if fault.count == FOREVER and code == 3 and said(run) in STOPPED:
        return
    assert code in (2, 3), told
    assert os.strerror(fault.error).lower() in said(run), told
    if fault.error in WAITED_FOR and fault.count != FOREVER:
        assert not has(run.events, '"lane_started"'), told


def begun(run: RunDir, process: ForkServerProcess, hears: Connection | None = None) -> bool:
    """Whether the trainer has a log, waits for room already, or has given up."""
    waits = hears is not None and hears.poll()
    return waits or run.events.exists() or process.exitcode is not None


def stop_it(
    run: RunDir, process: ForkServerProcess, chance: random.Random, hears: Connection
) -> None:
    """Ask a trainer to stop once its disk has failed: by an order, or by a signal."""
    with contextlib.suppress(EOFError):  # it ended before
        hears.recv_bytes()
        if chance.random() < 0.5:
            children.send(process, chance.choice((signal.SIGTERM, signal.SIGINT)))
        else:
            control.send(run, "stop", "x")


@trials(50, at_once=5)
def test_a_disk_that_fails_for_a_while_costs_nothing(
    seeds: range, folder: Path, tmp_path: Path
) -> None:
    """ENOSPC, EDQUOT, EIO, EROFS, short writes at any act on any file: nothing is lost or torn."""
    for seed in seeds:
        chance = random.Random(seed)
        run = runs.new_run(tmp_path, CONFIG)
        hears, tells = Pipe(duplex=False)
        fault = some_fault(chance, ERRORS[seed % len(ERRORS)], tells)
        extended = fault.files == "config.toml" or chance.random() < 0.1
        with hears, children.trainer(run, first=partial(put_in, fault)) as process:
            tells.close()
            if extended:
                until(partial(begun, run, process, hears))
                control.post(run, TICKET)
            if fault.count == FOREVER:
                stop_it(run, process, chance, hears)
            code = children.ended(process)
        assert_whole(run, seed)
        if code not in (0, 130 if fault.count == FOREVER else 0):
            assert_refused(run, code, fault, seed)
        alike.finish(run)
        assert_whole(run, seed)
        assert_nothing_lost(run, seed)
        if extended:
            other = alike.straight(tmp_path, presets.load_config(run.config))
            alike.assert_repeatable(run, other, seed)
        else:
            alike.assert_alike(run, unhurt(folder), seed)


@contextlib.contextmanager
def small_disk(place: Path, kib: int) -> Iterator[bool]:
    """A disk of that size at that place, and whether it is one: not everybody may mount."""
    place.mkdir()
    mounted = _mount(place, f"size={kib}k")
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", place], check=True)


def _mount(place: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(place)]
    return shutil.which("mount") is not None and not subprocess.run(command, stderr=PIPE).returncode


def fill(place: Path) -> None:
    """Leave no room."""
    with contextlib.suppress(OSError), (place / "ballast").open("ab", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@trials(25, at_once=3)
def test_on_a_small_disk_a_run_waits_for_room(seeds: range, folder: Path, tmp_path: Path) -> None:
    """A tmpfs of 64 KiB to 4 MiB fills up (injected where nobody may mount): the run waits."""
    for seed in seeds:
        chance = random.Random(seed)
        place = tmp_path / str(seed)
        kib = round(64 * 64 ** chance.random())
        with small_disk(place, kib) as real:
            run = runs.new_run(place, CONFIG)
            fault = Fault(errno.ENOSPC, chance.randint(1, 100), 0 if real else 50)
            with children.trainer(run, first=partial(put_in, fault)) as process:
                until(partial(begun, run, process))
                time.sleep(chance.uniform(0, 0.3))
                if real:
                    fill(place)
                time.sleep(chance.uniform(0, 0.1))
                stopped = chance.random() < 0.4
                if stopped:
                    with contextlib.suppress(ProcessLookupError):  # it has ended already
                        children.send(process, signal.SIGTERM)
                    children.ended(process)
                if real:
                    (place / "ballast").unlink()
                    _mount(place, "remount,size=16m")
                code = children.ended(process)
            assert_whole(run, seed)
            assert code in ((0, 3, 130) if stopped else (0, 2, 3)), f"seed {seed}: {said(run)}"
            if code in (2, 3) and not stopped:
                assert not has(run.events, '"lane_started"'), f"seed {seed}: {said(run)}"
            alike.finish(run)
            assert_whole(run, seed)
            assert_nothing_lost(run, seed)
            alike.assert_alike(run, unhurt(folder), seed)
