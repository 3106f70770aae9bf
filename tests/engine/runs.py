"""Real run folders with small experiments, trained in this process."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any
from unittest import mock

from grok_tui.engine.clock import Pace
from grok_tui.engine.cores import Hardware, Watch
from grok_tui.engine.opening import open_run
from grok_tui.engine.recorder import Recorder
from grok_tui.engine.signals import Signals
from grok_tui.engine.trainer import Trainer
from grok_tui.protocol import presets, rundir
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import AnyEvent, Finished, Measured, decode
from grok_tui.protocol.rundir import RunDir, TrainerLock

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config

LASTING = ("LaneStarted", "Measured", "Reached", "LaneFinished", "Finished")
"""Events that a resume must not change."""


class StopAtLook(Signals):
    """Asks for a stop when the trainer looks for the n-th time."""

    def __init__(self, looks: int) -> None:
        self._looks = itertools.count(1)
        self._wanted = looks
        super().__init__()

    @property
    def stop(self) -> bool:
        """Whether it is time."""
        return next(self._looks) >= self._wanted

    @stop.setter
    def stop(self, value: bool) -> None:
        """Signals sets its flags; here only the count decides."""


def new_run(folder: Path, config: Config) -> RunDir:
    """A run folder as `run` makes it."""
    run = rundir.create(folder, "tiny")
    run.config.write_text(presets.dump(config))
    return run


def train(
    run: RunDir, signals: Signals | None = None, disk: Disk | None = None, threads: int = 1
) -> int:
    """Train a run until it ends or is stopped; the exit code. 0 threads: what trials find."""
    disk, signals = disk or Disk(), signals or Signals()
    lock = TrainerLock(run)
    recorder = Recorder(run, lock, signals, disk)
    try:
        hardware = Hardware(Watch(), "cpu", threads)
        opened = open_run(run, presets.load_config(run.config), hardware, recorder, disk)
        with mock.patch.object(Pace, "SLICE", 0.0):  # looks up after every step, however fast
            return Trainer(run, opened, recorder, signals, disk).train()
    finally:
        with contextlib.suppress(OSError):  # it may not have come to be opened
            recorder.log.close()  # what the end of a process does
        lock.release()


def events(run: RunDir) -> list[AnyEvent]:
    """Every line of the log; a damaged one raises."""
    return [decode(line) for line in run.events.read_bytes().splitlines()]


def kinds(run: RunDir) -> list[str]:
    """The names of all events in order."""
    return [type(event).__name__ for event in events(run)]


def lasting(run: RunDir) -> list[object]:
    """What a resumed run shares with an uninterrupted one: all but housekeeping and times."""
    kept: list[object] = []
    for event in events(run):
        if isinstance(event, Measured):
            fields = {name: getattr(event, name) for name in event.__struct_fields__}
            kept.append({**fields, "seconds": 0.0})
        elif type(event).__name__ in LASTING:
            kept.append(event)
    return kept


def by_lane(run: RunDir) -> dict[Any, list[object]]:
    """What the log says of each lane, without housekeeping and times."""
    found: dict[Any, list[object]] = {}
    for event in lasting(run):
        if isinstance(event, Finished):
            found["end"] = [event]
            continue
        plain: Any = event if isinstance(event, dict) else None
        key = (plain["arm"], plain["seed"]) if plain else (event.arm, event.seed)  # type: ignore[attr-defined]
        found.setdefault(key, []).append(event)
    return found


def artifacts(run: RunDir) -> dict[str, bytes]:
    """The bytes of every artifact."""
    return {path.name: path.read_bytes() for path in run.artifacts.iterdir()}
