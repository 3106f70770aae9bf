"""The trainer: drives an experiment, writes what happens, and obeys between two steps."""

from __future__ import annotations

import contextlib
import hashlib
import time
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from grok_tui.engine import about, artifacts, extending, splits, state
from grok_tui.engine.clock import Pace
from grok_tui.engine.frames.keeping import Keeper
from grok_tui.engine.orders import Orders
from grok_tui.engine.recorder import NAP, Hindered, Recorder
from grok_tui.errors import PresetError, RunError, RunFailed
from grok_tui.protocol import presets
from grok_tui.protocol.control import REFUSED, AddSeeds, Halt, TakeTicket
from grok_tui.protocol.events import (
    AnyEvent,
    Checkpointed,
    Continued,
    Finished,
    LaneStarted,
    Obeyed,
    Paused,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grok_tui.engine.lanes import Lane
    from grok_tui.engine.opening import Opened
    from grok_tui.engine.signals import Signals
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.control import AnyOrder
    from grok_tui.protocol.disk import Disk
    from grok_tui.protocol.rundir import RunDir

CHECKPOINT_EVERY = 30.0
CHECKPOINT_SHARE = 0.02
"""Part of the time that may go into checkpoints."""
ORDERS_AT_ONCE = 32
"""Orders that are carried out between two steps: a heap of junk does not hold up the training."""
MAX_RESULT = 500
"""Characters of what is said of an order."""


class Trainer:
    """One run in training, from its first step to the last line of its log."""

    def __init__(
        self, run: RunDir, opened: Opened, recorder: Recorder, signals: Signals, disk: Disk
    ) -> None:
        self._run = run
        self._opened = opened
        self._experiment = opened.experiment
        self._config_sha256 = opened.config_sha256
        self._starts_trained = _starting_trained(opened.experiment.config)
        self._recorder = recorder
        self._signals = signals
        self._disk = disk
        self._orders = Orders(run, disk)
        self._frames = Keeper(run, opened.experiment, disk)
        self._pace = Pace()
        self._checkpointed = 0.0
        self._cost = 0.0
        self._paused = False
        self._stopped = False

    def train(self) -> int:
        """Train to the end, or to where the run is stopped; the exit code, 0 or 130.

        Raises RunFailed when it was stopped and no checkpoint could be written, OSError when the
        disk fails.
        """
        self._recorder.say(self._opened.events)
        self._recorder.flush()
        self._frames.begin()
        self._checkpoint()
        for events in self._slices():
            self._recorder.say(events)
            self._keep_artifacts()
            self._listen()
            if self._stopped:
                return self._finish("stopped", 130)
            self._checkpoint_if_due(events)
        return self._finish("completed", 0)

    def _slices(self) -> Iterator[list[AnyEvent]]:
        """Train on and on; stands still about ten times a second, and at every stop."""
        yield []
        while self._experiment.running:
            began = time.monotonic()
            until = min(self._experiment.until_stop(), self._frames.until())
            steps = min(self._pace.steps(), until)
            events = self._experiment.advance(steps)
            self._pace.took(steps, time.monotonic() - began)
            yield events

    def _keep_artifacts(self) -> None:
        for lane in self._frames.due():
            self._recorder.say(self._frames.take(lane, self._recorder.insist))
        while self._experiment.finished:
            self._recorder.insist(partial(self._keep_artifact, self._experiment.finished.pop(0)))

    def _keep_artifact(self, lane: Lane) -> None:
        experiment = self._experiment
        diverged = experiment.results[lane.key].reason == "diverged"
        trained = lane.arm in self._starts_trained
        named = artifacts.tensors(lane, experiment.layout, diverged=diverged, trained=trained)
        experiment.left[lane.key] = artifacts.write(self._run.artifacts, lane, named, self._disk)

    def _listen(self) -> None:
        """Obey signals and commands; while paused, stay here."""
        self._obey()
        while self._paused and not self._stopped:
            time.sleep(NAP)
            self._obey()
            self._recorder.say(())  # what is in memory now would wait for the end of the pause

    def _obey(self) -> None:
        self._recorder.beat()
        for path, order in islice(self._orders.look(), ORDERS_AT_ONCE):
            self._carry_out(path, order)
        if self._signals.checkpoint:
            self._signals.checkpoint = False
            self._checkpoint()
        if self._signals.stop and not self._stopped:
            self._stop()

    def _carry_out(self, path: Path, order: AnyOrder | str) -> None:
        """Act, say so, and only then take the command away: a death in between repeats it."""
        command = "" if isinstance(order, str) else order.command
        result = order if isinstance(order, str) else self._act(order)
        identity = about.encodable(path.name.removesuffix(".json"))
        self._recorder.say([Obeyed(command=command, id=identity[:80], result=result)])
        self._recorder.flush()
        self._orders.remove(path)

    def _act(self, order: AnyOrder) -> str:
        if isinstance(order, (TakeTicket, AddSeeds, Halt)):
            return self._change(order)
        acts = {
            "pause": self._pause,
            "continue": self._continue,
            "stop": self._stop,
            "checkpoint": self._checkpoint,
        }
        return acts[order.command]()

    def _change(self, order: TakeTicket | AddSeeds | Halt) -> str:
        """Change what is trained, or say why not; all of it is on disk before it is told."""
        self._recorder.say(self._experiment.read())
        self._keep_artifacts()
        try:
            done = self._halt(order) if isinstance(order, Halt) else self._extend(order)
        except (PresetError, RunError) as error:
            return f"{REFUSED}{error}"[:MAX_RESULT]
        written = self._checkpoint()
        return done if written == "checkpoint written" else f"{done}, but {written}"

    def _extend(self, order: TakeTicket | AddSeeds) -> str:
        """Add an arm or seeds, in config.toml first: a resume from an older checkpoint does so.

        Where they cannot be begun (no memory is left) it gets its old text back: the run fails, and
        can be resumed without them.
        """
        experiment = self._experiment
        config = extending.wanted(experiment, order)
        recalled = extending.recall(experiment, config, self._run.artifacts)
        extending.build_data(experiment, config)
        trained = _starting_trained(config)
        text = presets.dump(config).encode()
        sha256 = hashlib.sha256(text).hexdigest()
        before = self._run.config.read_bytes()
        try:
            self._disk.replace(self._run.config, text)
        except OSError as error:
            with contextlib.suppress(OSError):  # its name may be new already: see `Disk.replace`
                self._disk.replace(self._run.config, before)
            raise RunError(f"config.toml cannot be written: {error.strerror}") from None
        try:
            events = extending.take_in(experiment, config, recalled, sha256, order.by[:80])
        except Exception as error:
            self._disk.replace(self._run.config, before)
            raise RunFailed(f"{order.command} could not be begun: {error}") from error
        self._starts_trained = trained
        self._config_sha256 = sha256
        self._recorder.say([*events, *self._opened.hire()])
        if isinstance(order, TakeTicket):
            return f"{config.arms[-1].name} is trained beside the others"
        what, verb = ("seed", "is") if len(order.seeds) == 1 else ("seeds", "are")
        return f"{what} {_few(order.seeds)} {verb} trained beside the others"

    def _halt(self, order: Halt) -> str:
        key = order.arm, order.seed
        name = f"{order.arm} seed {order.seed}"
        if key in self._experiment.results:
            raise RunError(f"{name} has ended already")
        if key not in self._experiment.order:
            raise RunError(f"there is no lane {name}")
        self._recorder.say(self._experiment.halt(key))
        result = self._experiment.results[key]
        begun = result.reason == "halted"
        return f"{name} was halted {f'at step {result.step}' if begun else 'before it began'}"

    def _pause(self) -> str:
        if self._paused:
            return "already paused"
        self._paused = True
        self._opened.watch.hold()
        self._recorder.say([Paused()])
        self._recorder.flush()
        self._checkpoint()
        return "paused"

    def _continue(self) -> str:
        if not self._paused:
            return "not paused"
        self._paused = False
        self._opened.watch.go()
        self._recorder.say([Continued()])
        return "continued"

    def _stop(self) -> str:
        written = self._checkpoint()
        if written != "checkpoint written":
            raise Hindered(f"the run was stopped, but {written}")
        self._stopped = True
        return "stopped"

    def _checkpoint_if_due(self, events: list[AnyEvent]) -> None:
        """Every so often, and where a lane began that others had to train for; if it is cheap."""
        stage = any(isinstance(event, LaneStarted) for event in events)
        least = 0.0 if stage else CHECKPOINT_EVERY
        since = time.monotonic() - self._checkpointed
        if since >= max(least, self._cost / CHECKPOINT_SHARE):
            self._checkpoint()

    def _checkpoint(self) -> str:
        """Write a checkpoint; what came of it in words. A failure costs the run nothing else."""
        self._recorder.say(self._experiment.read())
        self._keep_artifacts()  # a lane that has ended is in no checkpoint
        self._recorder.flush()
        began = time.monotonic()
        opened = self._opened
        self._recorder.insist(self._recorder.log.sync)
        try:
            made, tensors = state.capture(self._experiment, self._config_sha256, opened.watch())
            entry = opened.checkpoints.write(
                made, tensors, self._recorder.log.size, opened.fingerprint
            )
        except OSError as error:
            self._paid(began)
            problem = f"no checkpoint could be written: {(error.strerror or str(error)).lower()}"
            self._recorder.say([Warned(sentence=problem)])
            return problem
        self._paid(began)
        milliseconds = round(self._cost * 1000, 3)
        said = Checkpointed(file=entry.file, bytes=entry.bytes, milliseconds=milliseconds)
        self._recorder.say([said])
        return "checkpoint written"

    def _paid(self, began: float) -> None:
        """A checkpoint has taken the time since then, also where it failed in the end."""
        self._checkpointed = time.monotonic()
        self._cost = self._checkpointed - began

    def _finish(self, outcome: str, code: int) -> int:
        lanes = tuple(self._experiment.result(key) for key in self._experiment.order)
        completed = outcome == "completed"
        end = Finished(outcome="completed" if completed else "stopped", lanes=lanes)
        self._recorder.flush()
        self._recorder.log.add(end)  # nothing comes behind it, not even that the disk was full
        self._recorder.flush()
        self._recorder.insist(self._recorder.log.sync)
        self._experiment.stack.hold([])  # workers that nobody waits for would stay as zombies
        return code


def _few(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:8]))
    return shown if len(numbers) <= 8 else f"{shown}, … {numbers[-1]}"


def _starting_trained(config: Config) -> set[str]:
    """The arms whose initial weights know their training set."""
    return {arm.name for arm in config.arms if splits.starts_trained(config, arm)}
