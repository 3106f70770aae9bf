"""How a headless run shows itself on stderr: rich lines in a terminal, plain ones elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from grok_tui.cli.lines import say
from grok_tui.monitor.milestones import (
    duration,
    lane_fraction,
    lane_speed,
    longest,
    phase,
    planned,
    progress,
)
from grok_tui.monitor.text import MAX_LENGTH, safe, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from rich.progress import Progress, TaskID

    from grok_tui.monitor import fetching
    from grok_tui.monitor.history import LaneHistory, LaneKey
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

EVERY = 10.0
"""Seconds between two plain lines when nothing happens."""
WIDE = 100
"""Columns from which there is room for a bar beside the numbers."""
BAR = 20
"""Columns that it takes there."""


class Reporter(Protocol):
    """Shows a run that is followed."""

    def show(self, view: View) -> None:
        """The run as it is now."""

    def say(self, sentence: str) -> None:
        """A sentence of ours between the numbers."""

    def close(self) -> None:
        """Nothing more will come; leaves the terminal as it was."""


def reporter(file: TextIO) -> Reporter:
    """The one that fits the stream."""
    return Lines(file) if not file.isatty() else Bars(file)


def lane_name(arm: str, seed: int) -> str:
    """A lane as a line calls it."""
    return f"{safe(arm, 40)} seed {seed}"


def _accuracy(lane: LaneHistory) -> str:
    train, test = lane.last("train_accuracy") or 0.0, lane.last("test_accuracy") or 0.0
    return f"train {train:.2f} test {test:.2f}"


def _eta(config: Config, arm: Arm, lane: LaneHistory) -> float | None:
    """Seconds this lane still needs at most, at its speed of now."""
    speed = lane_speed(lane)
    return (planned(config, arm, lane) - lane.step) / speed if speed else None


class Lines:
    """A line for each thing that happened, one every ten seconds; no control codes."""

    def __init__(self, file: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._clock = clock
        self._said: set[str] = set()
        self._begun = self._last = clock()

    def show(self, view: View) -> None:
        """New milestones, ends and warnings; the numbers if ten seconds have gone by."""
        config = view.config
        if config is None:
            return
        for sentence in (*_opening(view, config), *_happened(view, config)):
            if sentence not in self._said:
                self._said.add(sentence)
                self.say(sentence)
        if self._clock() - self._last >= EVERY:
            self._last = self._clock()
            self.say(f"{duration(self._clock() - self._begun)}: {_standing(view, config)}")

    def say(self, sentence: str) -> None:
        """One line, at once."""
        say(sentence, self._file)

    def close(self) -> None:
        """Nothing to put back."""


def _opening(view: View, config: Config) -> Iterable[str]:
    started = view.history.started
    if started is None:
        return
    lanes = len(config.arms) * len(config.seeds)
    yield (
        f"{view.run.id}: {lanes} lanes of {config.parameters} weights, "
        f"at most {longest(config)} steps, on {safe(started.device, 40)}"
    )


def _happened(view: View, config: Config) -> Iterable[str]:
    """Everything worth a line so far, always in the same words."""
    arms = {arm.name: arm for arm in config.arms}
    for (arm, seed), lane in view.history.lanes.items():
        name = lane_name(arm, seed)
        if lane.t_mem is not None:
            yield f"{name}: memorised at step {lane.t_mem}"
        if lane.t_gen is not None:
            yield f"{name}: generalised at step {lane.t_gen}"
        elif lane.end is not None and arm in arms:
            yield f"{name}: {phase(config, arms[arm], lane)}"
    for warning in view.history.warnings:
        yield f"warning: {safe(warning.sentence, 400)}"


def _standing(view: View, config: Config) -> str:
    """Where the run is, in one line: the slowest of the lanes that train stands for the others."""
    if view.state in ("starting", "paused"):
        return view.state
    now = progress(config, view.history)
    lanes = view.history.lanes
    training = [
        (arm, lane)
        for arm in config.arms
        for seed in config.seeds
        if (lane := lanes.get((arm.name, seed))) and lane.end is None and lane.steps
    ]
    parts = [f"{now.lanes_done} of {now.lanes} lanes done"]
    if training:
        arm, lane = min(training, key=lambda found: found[1].step)
        parts.append(
            f"{lane_name(lane.arm, lane.seed)} at step {lane.step}"
            f" of {planned(config, arm, lane)}, "
            f"{_accuracy(lane)}"
        )
        parts.append(f"{lane_speed(lane) or 0:.0f} steps/s")
    if now.eta is not None:
        parts.append(f"at most {duration(now.eta)} left")
    return "; ".join(parts)


class Bars:
    """A rich progress line for each lane. Lanes that ended make room when there are many."""

    def __init__(self, file: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._console = Console(file=file, markup=False, highlight=False, emoji=False)
        columns = ("{task.description}", "{task.fields[stand]}", "{task.fields[accuracy]}")
        name, stand, accuracy = (TextColumn(column, markup=False) for column in columns)
        bar = [BarColumn(BAR)] if self._console.width >= WIDE else []
        self._progress: Progress = Progress(
            name, *bar, stand, accuracy, console=self._console, auto_refresh=False
        )
        self._tasks: dict[LaneKey, TaskID] = {}
        self._version = -1
        self._progress.start()

    def show(self, view: View) -> None:
        """Bring every line up to date."""
        if view.config is None or view.version == self._version:
            return
        self._version = view.version
        lanes = {
            (arm.name, seed): (arm, view.history.lanes.get((arm.name, seed)))
            for arm in view.config.arms
            for seed in view.config.seeds
        }
        many = len(lanes) > self._console.height - 2
        shown = {
            key: _fields(view.config, arm, lane)
            for key, (arm, lane) in lanes.items()
            if not many or (lane is not None and lane.end is None)
        }
        room = self._room(shown.values())
        for key in lanes:
            task = self._task(key)
            if key in shown:
                name = f"{shortened(key[0], room - len(f' seed {key[1]}'))} seed {key[1]}"
                self._progress.update(task, visible=True, description=name, **shown[key])  # type: ignore[arg-type]
            else:
                self._progress.update(task, visible=False)
        self._progress.refresh()

    def _room(self, shown: Collection[Mapping[str, object]]) -> int:
        """Columns that the numbers leave for the name of a lane."""
        taken = sum(
            max((len(str(fields.get(column, ""))) for fields in shown), default=0) + 1
            for column in ("stand", "accuracy")
        )
        return self._console.width - taken - 1 - (BAR + 1 if self._console.width >= WIDE else 0)

    def _task(self, key: LaneKey) -> TaskID:
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task("", total=1.0, stand="", accuracy="")
        return self._tasks[key]

    def say(self, sentence: str) -> None:
        """A line above the bars."""
        sentence = safe(sentence, MAX_LENGTH)
        self._progress.console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Leave the bars as they stand and give the cursor back."""
        self._progress.stop()


def _fields(config: Config, arm: Arm, lane: LaneHistory | None) -> dict[str, object]:
    """What the columns of one lane show."""
    fields: dict[str, object] = {
        "completed": lane_fraction(config, arm, lane),
        "stand": phase(config, arm, lane),
    }
    if lane is None or not lane.steps:
        return fields
    fields["accuracy"] = _accuracy(lane)
    if lane.end is None:
        eta = _eta(config, arm, lane)
        speed = f"{lane_speed(lane) or 0:.0f} steps/s"
        left = f", < {duration(eta)}" if eta is not None else ""
        fields["stand"] = f"{lane.step}/{planned(config, arm, lane)}, {speed}{left}"
    return fields


def to_stderr() -> Reporter:
    """The one for this process."""
    return reporter(sys.stderr)


@contextmanager
def downloads(file: TextIO) -> Iterator[fetching.Progress]:
    """Shows files that are fetched: a bar for each on a terminal, a line for each elsewhere."""
    if not file.isatty():
        yield _Announced(file)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    console = Console(file=file, markup=False, highlight=False, emoji=False)
    name = TextColumn("{task.description}", markup=False)
    with Progress(name, BarColumn(20), DownloadColumn(), console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done)

        yield show


class _Announced:
    """A line when a file begins to come."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._said: set[str] = set()

    def __call__(self, name: str, _done: int, total: int) -> None:
        if name not in self._said:
            self._said.add(name)
            say(f"fetching {name}, {total / 1e6:.1f} MB", self._file)
