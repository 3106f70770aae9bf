"""How long an experiment will take: from what runs took on this machine, else a plain guess.

The same experiment takes as long as it took. Another one of the same kind of model and about the
same size goes at the rate of the newest such run, counted in operations. With neither it is a guess
and called one: the operations at the rate of the newest run of any kind, or at one that is assumed.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import msgspec

from grok_tui.errors import PresetError
from grok_tui.monitor.glance import LAST_LINES
from grok_tui.monitor.lines import decoded
from grok_tui.monitor.logparts import TAIL, log_part
from grok_tui.protocol import presets
from grok_tui.protocol.config import to_plain
from grok_tui.protocol.events import AnyEvent, Finished, Measured
from grok_tui.protocol.models import POSITIONS, Mlp, Perceptron, Transformer
from grok_tui.protocol.rundir import RunDir, read_about, run_folders

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.tasks import Task

NEWEST = 24
"""Runs that are looked at for evidence."""
CLOSE = 4.0
"""Operations of a step may differ by this factor: beyond, the rate is that of other work."""
GUESSED_RATE = 4e10
"""Operations a second assumed where nothing was measured: half of what two cores at 2.8 GHz do."""
GUESSED_GPU_RATE = 4e12
"""The same on a GPU, where many lanes train at once: an assumption, not measured."""
FEWEST_SECONDS = 1.0
"""Shorter runs are no evidence: the start-up of the first steps is most of them."""
STEP_OVERHEAD = 5e6
"""Operations that the calls of one step are worth, whatever their size."""
_OPTIMISER = 40
"""Operations that the update of one weight is worth; it waits for memory."""
_RANKING = 1000
"""Operations that finding the place of one weight among the others is worth."""


@dataclass(frozen=True)
class Estimate:
    """What an experiment asks for."""

    lanes: int
    parameters: int
    """Weights of one lane."""
    steps: int
    """Of the longest lane, at most."""
    seconds: float | None
    """Training time on this machine, at most unless the same experiment was run; None: unknown."""
    basis: str
    """Where the number comes from, in words."""


@dataclass(frozen=True)
class _Evidence:
    """A run that ended on this machine."""

    run: RunDir
    config: Config
    lanes: int
    work: float
    """Operations of all steps of all lanes."""
    seconds: float

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.work / self.seconds


def estimate(config: Config, runs: Path) -> Estimate:
    """The size of an experiment and the time it will take here."""
    return Past(runs).estimate(config)


class Past:
    """What the newest runs of some folders took, read once for many estimates."""

    def __init__(self, *folders: Path, kind: str = "") -> None:
        """With a `kind` of device (cpu, cuda) only runs on one count."""
        newest = (run for runs in folders for run in islice(run_folders(runs), NEWEST))
        self._found = [one for run in newest if (one := _evidence(run, kind)) is not None]
        self._guess = GUESSED_GPU_RATE if kind == "cuda" else GUESSED_RATE

    def estimate(self, config: Config) -> Estimate:
        """The size of an experiment and the time it will take here."""
        lanes = len(config.arms) * len(config.seeds)
        seconds, basis = self._time(config, lanes)
        steps = max(config.train_of(arm).steps for arm in config.arms)
        return Estimate(lanes, config.parameters, steps, seconds, basis)

    def _time(self, config: Config, lanes: int) -> tuple[float, str]:
        found = self._found
        for one in found:
            if _same_work(one.config, config):
                return one.seconds * lanes / one.lanes, f"as the run of {_when(one)} took"
        at_most = _work(config)
        for one in found:
            if _close(one.config, config):
                return at_most / one.rate, f"at most, at the rate of the run of {_when(one)}"
        if found:
            kind = to_plain(found[0].config.model)["kind"]
            return at_most / found[
                0
            ].rate, f"a guess, at most: from the {kind} of {_when(found[0])}"
        return at_most / self._guess, "a guess, at most: no run on this machine yet"


def operations(config: Config, arm: Arm) -> float:
    """Floating-point operations of one step of one lane, roughly: forward thrice, update, calls.

    What a model does to every token of a vocabulary it does once a step; examples look it up.
    """
    task = config.task_of(arm)
    tables, example = _forward(config, task)
    trained = task.train_examples * arm.subset.fraction
    forward = 3 * tables + example * (3 * trained + task.test_examples)
    return forward + _update(config, arm) + STEP_OVERHEAD


def _forward(config: Config, task: Task) -> tuple[float, float]:
    """Operations of a forward pass: for its tables, and for each example."""
    if isinstance(config.model, Mlp):
        return _of_mlp(config.model, task)
    if isinstance(config.model, Transformer):
        return _of_transformer(config.model, task)
    assert isinstance(config.model, Perceptron)
    sizes = (task.inputs, *config.model.widths, task.outputs)
    return 0.0, 2.0 * sum(wide * deep for wide, deep in pairwise(sizes))


def _of_mlp(model: Mlp, task: Task) -> tuple[float, float]:
    """The tables of the embeddings and of the outputs; the hidden layers between them."""
    rows = model.embeddings * task.inputs + task.outputs
    between = (model.hidden_layers - 1) * model.d_hidden
    tables = 2.0 * model.d_hidden * model.d_embedding * rows
    return tables, 2.0 * model.d_hidden * (between + task.outputs)


def _of_transformer(model: Transformer, task: Task) -> tuple[float, float]:
    """The same: queries, keys, values, scores and outputs of each row, what the rows add to hidden
    units and logits, the way from hidden units to logits; for a pair a mixture of rows."""
    rows = task.inputs * (POSITIONS if model.positions else 1)
    width = model.d_mlp + task.outputs
    attention = rows * model.heads * model.d_head * (4 * model.d_model + rows)
    added = (1 + model.heads) * rows * model.d_model * width
    tables = 2.0 * (attention + added + model.d_mlp * model.d_model * task.outputs)
    return tables, 2.0 * ((1 + 2 * model.heads) * width + model.d_mlp * task.outputs)


def _update(config: Config, arm: Arm) -> float:
    """Operations of an update; edge-popup ranks its scores anew, and may train the weights, too."""
    if arm.method != "edge-popup":
        return _OPTIMISER * config.parameters
    trained = 1 if arm.scores.freeze_weights else 2
    return (trained * _OPTIMISER + _RANKING) * config.parameters


def _work(config: Config) -> float:
    """Operations of a whole experiment in which no arm ends early."""
    of_arms = (config.train_of(arm).steps * operations(config, arm) for arm in config.arms)
    return len(config.seeds) * sum(of_arms)


def _step(config: Config) -> float:
    """Operations of a step, in the mean over the arms."""
    return sum(operations(config, arm) for arm in config.arms) / len(config.arms)


def _when(one: _Evidence) -> str:
    day = one.run.id
    return f"{day[:4]}-{day[4:6]}-{day[6:8]} {day[9:11]}:{day[11:13]}"


def _same_work(one: Config, other: Config) -> bool:
    """Whether only the seeds and the words differ."""

    def bare(config: Config) -> Config:
        return msgspec.structs.replace(config, title="-", about="", reproduces="", seeds=(0,))

    return bare(one) == bare(other)


def _close(one: Config, other: Config) -> bool:
    """Whether both train the same kind of model, and a step of them is about as much work."""
    ratio = _step(one) / _step(other)
    return type(one.model) is type(other.model) and 1 / CLOSE <= ratio <= CLOSE


def _evidence(run: RunDir, kind: str) -> _Evidence | None:
    """The steps and seconds of a completed run of this host; None for any other."""
    about = read_about(run)
    if about is None or about.host != platform.node() or not about.device.startswith(kind):
        return None
    seconds = 0.0
    ended: Finished | None = None
    for event in _last_events(run):
        if isinstance(event, Measured):
            seconds = max(seconds, event.seconds)
        elif isinstance(event, Finished):
            ended = event
    if ended is None or ended.outcome != "completed" or seconds < FEWEST_SECONDS:
        return None
    try:
        config = presets.load_config(run.config)
    except PresetError:
        return None
    step = {arm.name: operations(config, arm) for arm in config.arms}
    work = sum(lane.step * step.get(lane.arm, 0.0) for lane in ended.lanes)
    return _Evidence(run, config, len(ended.lanes), work, seconds) if work else None


def _last_events(run: RunDir) -> list[AnyEvent]:
    lines = log_part(run, TAIL, from_end=True).split(b"\n")[1 - LAST_LINES * 4 :]
    return [event for line in lines if (event := decoded(line)) is not None]
