"""A recorded run told again: its log grows in another folder, at so many steps a second.

Whoever watches that folder sees a run that trains. Nothing is trained; nothing of the recording is
changed.
"""

from __future__ import annotations

import math
import os
import platform
import shutil
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from grok_tui.errors import RunError
from grok_tui.protocol import control, frames
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import MAX_LINE, Continued, Paused, encode
from grok_tui.protocol.regular import open_regular
from grok_tui.protocol.rundir import (
    RUN_ID,
    RunDir,
    TrainerLock,
    boot_id,
    create,
    process_start,
    read_about,
    read_small,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TICK = 0.05
"""Seconds between two looks at how far the replay is to be."""
BEAT = 2.0
"""Seconds between two heartbeats."""
BLOCK = 1 << 20
"""Bytes that go out in one write at most, and a line."""


class Said(msgspec.Struct, frozen=True):
    """What a line of a log is about, as far as its place in time depends on it."""

    event: str = ""
    arm: str = ""
    seed: int = 0
    step: int = 0
    milestone: str = ""


_decoder = msgspec.json.Decoder(Said)
_NOTHING = Said()


def timed(run: RunDir) -> Iterator[tuple[float, bytes, Said]]:
    """Every line of a log with its place in time and what it is about. Raises RunError.

    The place is how far the run had come, in steps of each of the lanes that trained side by side:
    lanes that waited for others begin where those were. Damaged lines keep the place before them.
    """
    place = 0.0
    steps: dict[tuple[str, int], int] = {}
    for line in _lines(run):
        said = _said(line)
        key = (said.arm, said.seed)
        if said.event == "lane_started":
            steps[key] = 0
        elif said.event == "measured" and said.step > steps.get(key, 0):
            place += (said.step - steps.get(key, 0)) / max(1, len(steps))
            steps[key] = said.step
        elif said.event == "lane_finished":
            steps.pop(key, None)
        yield place, line, said


def _lines(run: RunDir) -> Iterator[bytes]:
    """The lines of the log, newlines included; one that is too long to count comes in pieces."""
    try:
        descriptor = open_regular(run.events)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise RunError(f"cannot read the log of {run.id}: {reason}") from None
    with os.fdopen(descriptor, "rb") as file:
        while line := file.readline(MAX_LINE + 1):
            yield line


def _said(line: bytes) -> Said:
    try:
        return _decoder.decode(line)
    except (ValueError, RecursionError):
        return _NOTHING


class Replay:
    """One telling of a recorded run, into a run folder that it makes. Raises RunError."""

    def __init__(
        self,
        source: RunDir,
        runs: Path,
        rate: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate = rate
        """Steps a second of each lane that trains; 0: all at once."""
        self.until = math.inf
        """The place in time, in steps, behind which nothing is told for now."""
        self.at_once = 0.0
        """The place up to which everything is told without waiting."""
        self.place = 0.0
        """How far it has come."""
        self.run = create(runs, _name(source))
        """The folder in which it grows."""
        self._source = source
        self._clock = clock
        self._paused = False
        self._enough = threading.Event()
        self._beaten = -math.inf
        self._beside = _Beside(source, self.run)
        self._copy_head()

    def _copy_head(self) -> None:
        """What a run has before its first step; its trainer is this process."""
        try:
            self.run.config.write_bytes(read_small(self._source.config, BLOCK))
        except (OSError, ValueError):
            raise RunError(f"cannot read the configuration of {self._source.id}") from None
        about = read_about(self._source)
        if about is not None:
            here = msgspec.structs.replace(
                about,
                host=platform.node(),
                pid=os.getpid(),
                process_start=process_start(os.getpid()),
                boot_id=boot_id(),
            )
            self.run.about.write_bytes(msgspec.json.encode(here))
        self._beside.copy(self._source.trainer_log)

    def stop(self) -> None:
        """Tell no more; `feed` returns soon."""
        self._enough.set()

    def feed(self) -> None:
        """Tell the log to its end, or until `stop`, a line when its step is reached."""
        lock = TrainerLock(self.run)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(self.run.events, flags, 0o644)
        try:
            self._feed(descriptor, lock)
        finally:
            os.close(descriptor)
            lock.release()

    def _feed(self, descriptor: int, lock: TrainerLock) -> None:
        pending = bytearray()
        for place, line, said in timed(self._source):
            if place > self.place or len(pending) >= BLOCK:
                _write(descriptor, pending)
                if not self._wait(place, descriptor, lock):
                    return
            pending += line
            self._beside.reached(said)
        self._beside.rest()
        _write(descriptor, pending)

    def _wait(self, place: float, descriptor: int, lock: TrainerLock) -> bool:
        """Return when the replay is to be at this place; False if it is to end before."""
        before = self._clock()
        while not self._enough.is_set():
            self._beat(lock)
            self._obey(descriptor)
            now = self._clock()
            if not self._paused:
                reach = self.place + (now - before) * self.rate if self.rate else math.inf
                self.place = max(self.place, min(reach, self.until), self.at_once)
            if self.place >= place:
                return True
            before = now
            self._enough.wait(TICK)
        return False

    def _beat(self, lock: TrainerLock) -> None:
        if self._clock() - self._beaten >= BEAT:
            self._beaten = self._clock()
            lock.beat()

    def _obey(self, descriptor: int) -> None:
        """Pause, go on, stop: what a trainer would do at its next step."""
        for path in control.waiting(self.run):
            order = control.read(path)
            with suppress(OSError):  # a folder that somebody put there stays
                Disk().unlink(path)
            command = order if isinstance(order, str) else order.command
            if command == "stop":
                self.stop()
            elif command in ("pause", "continue"):
                self._paused = command == "pause"
                event = Paused() if self._paused else Continued()
                _write(descriptor, bytearray(encode(event)))


class _Beside:
    """The files of a run beside its log, which appear with the lane or the step they are of."""

    def __init__(self, source: RunDir, target: RunDir) -> None:
        self._source, self._target = source, target
        self._frames: dict[str, list[tuple[int, Path]]] = {}
        for path in sorted(source.frames.glob(f"*/*{frames.SUFFIX}"), reverse=True):
            step = frames.step_of(path.name)
            if step is not None:
                self._frames.setdefault(path.parent.name, []).append((step, path))
        self._rest = sorted(source.artifacts.glob("*"), reverse=True)

    def reached(self, said: Said) -> None:
        """A lane has come so far: its frames until there, and what it leaves at its end."""
        lane = f"{said.arm}-seed{said.seed}"
        waiting = self._frames.get(lane)
        if waiting and said.event == "measured":
            while waiting and waiting[-1][0] <= said.step:
                self.copy(waiting.pop()[1])
        if said.event == "lane_finished":
            for path in [path for path in self._rest if path.name.startswith(f"{lane}.")]:
                self._rest.remove(path)
                self.copy(path)

    def rest(self) -> None:
        """All that is left."""
        for path in [*self._rest, *(path for left in self._frames.values() for _, path in left)]:
            self.copy(path)

    def copy(self, path: Path) -> None:
        """A file of the run, if it is one: a link or a device may have no end."""
        if path.is_file() and not path.is_symlink():
            target = self._target.path / path.relative_to(self._source.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):
                shutil.copyfile(path, target)


def _name(source: RunDir) -> str:
    """What the recording was named after: the middle of its id."""
    return "-".join(source.id.split("-")[2:-1]) if RUN_ID.fullmatch(source.id) else "replay"


def _write(descriptor: int, pending: bytearray) -> None:
    """Write what is pending, all of it."""
    while pending:
        del pending[: os.write(descriptor, bytes(pending))]
