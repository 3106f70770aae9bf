"""How long an experiment will take: from what runs took on this machine, else a plain guess.

The same experiment takes as long as it took. Another one of the same kind of model and about the
same size goes at the rate of the newest such run, counted in operations. With neither it is a guess
and called one: the operations at the rate of the newest run of any kind, or at one that is assumed.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grok_tui.errors import PresetError
from grok_tui.monitor.catalog import LAST_LINES, TAIL, log_part
from grok_tui.monitor.tail import decoded
from grok_tui.protocol import presets
from grok_tui.protocol.config import to_plain
from grok_tui.protocol.events import AnyEvent, Finished, Measured
from grok_tui.protocol.models import POSITIONS, Mlp, Transformer
from grok_tui.protocol.rundir import RunDir, read_about, run_folders

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config

NEWEST = 24
"""Runs that are looked at for evidence."""
CLOSE = 4.0
"""Operations of a step may differ by this factor: beyond, the rate is that of other work."""
GUESSED_RATE = 4e10
"""Operations a second assumed where nothing was measured: half of what two cores at 2.8 GHz do."""
FEWEST_SECONDS = 1.0
"""Shorter runs are no evidence: the start-up of the first steps is most of them."""
STEP_OVERHEAD = 5e6
"""Operations that the calls of one step are worth, whatever their size."""
_OPTIMISER = 40
"""Operations that the update of one weight is worth; it waits for memory."""


@dataclass(frozen=True)
class Estimate:
    """What an experiment asks for."""

    lanes: int
    parameters: int
    """Weights of one lane."""
    steps: int
    """Of one lane, at most."""
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
    lane_steps: int
    seconds: float

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.lane_steps * operations(self.config) / self.seconds


def estimate(config: Config, runs: Path) -> Estimate:
    """The size of an experiment and the time it will take here."""
    lanes = len(config.arms) * len(config.seeds)
    seconds, basis = _time(config, lanes, runs)
    return Estimate(lanes, config.parameters, config.train.steps, seconds, basis)


def operations(config: Config) -> float:
    """Floating-point operations of one step of one lane, roughly: forward thrice, update, calls.

    The collapsed forward multiplies its matrices once a step and looks the pairs up after that.
    """
    task, model = config.task, config.model
    if isinstance(model, Transformer):
        tables, pair = _of_transformer(model, task.p)
    else:
        tables, pair = _of_mlp(model, task.p)
    trained = min(task.train_examples, task.examples)
    forward = 3 * tables + pair * (3 * trained + (task.examples - trained))
    return forward + _OPTIMISER * config.parameters + STEP_OVERHEAD


def _of_mlp(model: Mlp, p: int) -> tuple[float, float]:
    """Operations of a forward pass: for its tables, and for each pair."""
    return 2 * 2 * model.d_hidden * model.d_embedding * p, 2 * model.d_hidden * p


def _of_transformer(model: Transformer, p: int) -> tuple[float, float]:
    """The same: queries, keys, values, scores and outputs of each row, what the rows add to hidden
    units and logits, the way from hidden units to logits; for a pair a mixture of rows."""
    rows = p * (POSITIONS if model.positions else 1)
    width = model.d_mlp + p
    attention = rows * model.heads * model.d_head * (4 * model.d_model + rows)
    added = (1 + model.heads) * rows * model.d_model * width
    tables = 2 * (attention + added + model.d_mlp * model.d_model * p)
    return tables, 2 * ((1 + 2 * model.heads) * width + model.d_mlp * p)


def _time(config: Config, lanes: int, runs: Path) -> tuple[float, str]:
    found = [one for run in _newest(runs) if (one := _evidence(run)) is not None]
    for one in found:
        if _same_work(one.config, config):
            return one.seconds * lanes / one.lanes, f"as the run of {_when(one)} took"
    at_most = lanes * config.train.steps * operations(config)
    for one in found:
        if _close(one.config, config):
            return at_most / one.rate, f"at most, at the rate of the run of {_when(one)}"
    if found:
        kind = to_plain(found[0].config.model)["kind"]
        return at_most / found[0].rate, f"a guess, at most: from the {kind} of {_when(found[0])}"
    return at_most / GUESSED_RATE, "a guess, at most: no run on this machine yet"


def _newest(runs: Path) -> list[RunDir]:
    found: list[RunDir] = []
    for run in run_folders(runs):
        found.append(run)
        if len(found) == NEWEST:
            break
    return found


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
    ratio = operations(one) / operations(other)
    return type(one.model) is type(other.model) and 1 / CLOSE <= ratio <= CLOSE


def _evidence(run: RunDir) -> _Evidence | None:
    """The steps and seconds of a completed run of this host; None for any other."""
    about = read_about(run)
    if about is None or about.host != platform.node():
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
    lane_steps = sum(lane.step for lane in ended.lanes)
    return _Evidence(run, config, len(ended.lanes), lane_steps, seconds) if lane_steps else None


def _last_events(run: RunDir) -> list[AnyEvent]:
    lines = log_part(run, TAIL, from_end=True).split(b"\n")[1 - LAST_LINES * 4 :]
    return [event for line in lines if (event := decoded(line)) is not None]
