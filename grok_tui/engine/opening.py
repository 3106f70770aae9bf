"""How a trainer begins: a new run, or one that it takes on from a checkpoint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

import grok_tui
from grok_tui.engine import about, artifacts, devices, extending, log, rehearsal, state
from grok_tui.engine.answers import MAX_THREADS, Choice
from grok_tui.engine.checkpoints import Checkpoints, Loaded
from grok_tui.engine.clock import Stopwatch
from grok_tui.engine.experiment import Experiment
from grok_tui.engine.losses import LOSSES
from grok_tui.engine.tasks.data import Placement
from grok_tui.errors import RunError
from grok_tui.protocol import saved
from grok_tui.protocol.events import FORMAT, AnyEvent, Resumed, Started, Warned

if TYPE_CHECKING:
    from grok_tui.engine.cores import Hardware
    from grok_tui.engine.recorder import Recorder
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.disk import Disk
    from grok_tui.protocol.rundir import RunDir


@dataclass(frozen=True, eq=False)
class Opened:
    """A run that is ready for its next step."""

    experiment: Experiment
    checkpoints: Checkpoints
    watch: Stopwatch
    fingerprint: dict[str, str]
    config_sha256: str
    events: tuple[AnyEvent, ...]
    """What is to be said before the first step of this trainer."""
    hardware: Hardware

    def hire(self) -> list[AnyEvent]:
        """Have lanes that were added trained side by side; what a reader should know of it.

        A run that began with one lane may have threads inside its products: on them its bits
        depend, so that they stay.
        """
        experiment, threads = self.experiment, self.fingerprint["threads"]
        if experiment.placement.device.type != "cpu":
            return []
        if threads != "1":
            return [
                Warned(
                    sentence=f"products are computed with {threads} threads, as this run began; "
                    "run again from config.toml it uses one, and differs in the last digits"
                )
            ]
        if experiment.stack.workers == 1 and len(experiment.running) > 1:
            choice, _ = rehearsal.choose(experiment, self.hardware, 0)
            devices.prepare(1)
            experiment.stack.workers = choice.workers if choice.threads == 1 else 1
        return []


def open_run(
    run: RunDir, config: Config, hardware: Hardware, recorder: Recorder, disk: Disk
) -> Opened:
    """Make the experiment of a run, where it begins or where a checkpoint left it.

    Cuts the log back to the checkpoint; waits for room where the disk is full. Raises UsageError
    for a device that is not there, PresetError for weights or a split that do not fit, RunError if
    config.toml was changed in more than further arms and seeds, Hindered if stopped while it waits.
    """
    precision = config.train.precision
    device = devices.choose(hardware.device, precision)
    devices.prepare(devices.THREADS)
    recorder.insist(lambda: about.write(run, disk, str(device), devices.name(device)))
    placement = Placement(device, getattr(torch, precision))
    sha256 = hashlib.sha256(run.config.read_bytes()).hexdigest()
    checkpoints = Checkpoints(run, disk)
    length = log.size(run.events)
    loaded, problems = recorder.insist(lambda: checkpoints.load(length))
    watch = Stopwatch(loaded.state.seconds if loaded else 0.0)
    began: list[AnyEvent] = []
    if loaded:
        known = saved.begun_with(loaded.state, config, sha256)
        experiment = _restored(known, placement, watch, loaded)
        problems += artifacts.put_aside_damaged(run.artifacts, loaded.state.artifacts, disk)
        began += extending.catch_up(experiment, config, run.artifacts, sha256)
    else:
        experiment = Experiment(config, placement, watch)
        began = experiment.begin()
    experiment.stack.stopping = lambda: recorder.stopping
    choice, cost = _take_threads(experiment, hardware, watch, loaded)
    fingerprint = devices.fingerprint(device, precision, choice.threads)
    events: list[AnyEvent] = [] if loaded else [_started(experiment, choice, sha256)]
    if length:
        offset = loaded.entry.log_offset if loaded else 0
        problems += recorder.insist(lambda: _cut_log(run, loaded, disk))
        events.append(_resumed(loaded, fingerprint, length - offset))
    events += [Warned(sentence=sentence) for sentence in (*problems, *cost)]
    said = (*events, *began)
    return Opened(experiment, checkpoints, watch, fingerprint, sha256, said, hardware)


def _restored(config: Config, placement: Placement, watch: Stopwatch, loaded: Loaded) -> Experiment:
    """The experiment of a checkpoint. Raises RunError for one that somebody has made up."""
    try:
        return state.restore(config, placement, watch, loaded.state, loaded.tensors)
    except torch.OutOfMemoryError:
        raise
    except (LookupError, ValueError, RuntimeError) as error:
        problem = f"{loaded.entry.file} is no checkpoint of this configuration: {error}"
        raise RunError(problem[:300]) from error


def _cut_log(run: RunDir, loaded: Loaded | None, disk: Disk) -> list[str]:
    """End the log where the checkpoint was made; without one all of it is put aside."""
    if not loaded:
        return [f"what was logged until now is kept in {log.set_aside(run, disk)}"]
    log.cut(run.events, loaded.entry.log_offset, disk)
    return []


def _take_threads(
    experiment: Experiment, hardware: Hardware, watch: Stopwatch, loaded: Loaded | None
) -> tuple[Choice, list[str]]:
    """Choose threads, outside of the training time, and use them; what there is to warn of."""
    before = loaded.entry.fingerprint.get("threads", "") if loaded else ""
    known = int(before) if before.isdecimal() and len(before) < 4 else 0
    watch.hold()
    choice, cost = rehearsal.choose(experiment, hardware, min(known, MAX_THREADS))
    devices.prepare(choice.threads)
    experiment.stack.workers = choice.workers
    watch.go()
    return choice, [cost] if cost else []


def _started(experiment: Experiment, choice: Choice, sha256: str) -> Started:
    train = experiment.config.train
    return Started(
        format=FORMAT,
        version=grok_tui.__version__,
        device=str(experiment.placement.device),
        precision=train.precision,
        threads=choice.threads,
        workers=choice.workers,
        loss=LOSSES[experiment.config.task.loss].form,
        lanes=len(experiment.order),
        config_sha256=sha256,
    )


def _resumed(loaded: Loaded | None, now: dict[str, str], dropped: int) -> Resumed:
    before = loaded.entry.fingerprint if loaded else now
    names = sorted(before.keys() | now.keys())
    changed = tuple(name for name in names if before.get(name) != now.get(name))
    return Resumed(
        file=loaded.entry.file if loaded else "",
        exact=not changed and now["device"].startswith("cpu"),  # no test has shown it elsewhere
        changed=changed,
        dropped_bytes=dropped,
    )
