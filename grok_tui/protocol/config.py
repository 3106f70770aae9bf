"""The configuration of an experiment: frozen, typed, checked, without effects.

One struct a section; the string under a field is its documentation (see `schema.py`). Reading a
configuration seeds nothing, opens nothing and imports nothing.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from grok_tui.protocol.arms import Arm
from grok_tui.protocol.models import Mlp, Model
from grok_tui.protocol.probing import Probe
from grok_tui.protocol.section import MAX_ARMS, MAX_STEPS, Section, Sentence, Steps
from grok_tui.protocol.tasks import ModularAddition, Task


class Train(Section, frozen=True, kw_only=True):
    """The optimiser, how long, and what is logged. Full batch: a step is an epoch."""

    steps: Annotated[int, Meta(ge=1, le=MAX_STEPS)] = 30_000
    """The longest an arm trains."""
    learning_rate: Annotated[float, Meta(gt=0, le=10)] = 1e-3
    """Of AdamW, constant."""
    weight_decay: Annotated[float, Meta(ge=0, le=100)] = 1.0
    """Decoupled: each step multiplies every weight by 1 - learning_rate x weight_decay."""
    betas: tuple[Annotated[float, Meta(ge=0, lt=1)], Annotated[float, Meta(ge=0, lt=1)]] = (
        0.9,
        0.98,
    )
    """Decay of the first and second moment."""
    epsilon: Annotated[float, Meta(gt=0, le=1)] = 1e-8
    """Added to the root of the second moment."""
    threshold: Annotated[float, Meta(gt=0, lt=1)] = 0.95
    """Memorised / generalised: train / test accuracy strictly above this."""
    stop_after_generalised: Steps = 0
    """Steps an arm goes on after it generalised; 0: every arm trains all its steps."""
    precision: Literal["float32", "float64"] = "float32"
    """Of all arithmetic."""
    log: Literal["grid", "every-step"] = "grid"
    """grid: every step to 100, then about 1 % apart; every-step: each one."""


OWN = ("steps", "learning_rate", "weight_decay", "stop_after_generalised")
"""What an arm may say itself of its training."""


class Config(Section, frozen=True, kw_only=True):
    """One experiment, resolved: every value is here, nothing is looked up later."""

    title: Annotated[str, Meta(min_length=1, max_length=80)]
    """What the experiment shows, in a line."""
    about: Sentence = ""
    """What to look for."""
    reproduces: Annotated[str, Meta(max_length=40)] = ""
    """The row of the claims table that this reproduces."""
    seeds: Annotated[
        tuple[Annotated[int, Meta(ge=0, le=2**31 - 1)], ...], Meta(min_length=1, max_length=1000)
    ] = (0,)
    """One lane of every arm is trained for each seed."""
    task: Task = ModularAddition()
    """What is learnt."""
    model: Model = Mlp()
    """The network."""
    arms: Annotated[tuple[Arm, ...], Meta(min_length=1, max_length=MAX_ARMS)]
    """The arms that are compared."""
    train: Train = Train()
    """The optimiser, how long, and what is logged."""
    probes: Annotated[tuple[Probe, ...], Meta(max_length=32)] = ()
    """What is measured of the network beside loss, accuracy and norms."""

    def arm(self, name: str) -> Arm:
        """The arm of that name. Raises KeyError if there is none."""
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise KeyError(name)

    def task_of(self, arm: Arm) -> Task:
        """What an arm learns."""
        return self.task if arm.task is None else arm.task

    def train_of(self, arm: Arm) -> Train:
        """How an arm trains: as the run does, but for what the arm says itself."""
        own = {name: value for name in OWN if (value := getattr(arm, name)) is not None}
        return msgspec.structs.replace(self.train, **own) if own else self.train

    def thresholds_of(self, arm: Arm) -> tuple[float, float]:
        """What train and test accuracy of an arm must exceed: memorised, generalised."""
        test = self.task_of(arm).test_threshold
        return self.train.threshold, self.train.threshold if test is None else test

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each weight tensor of one lane, in layer order.

        Every matrix is prunable; a bias, the only tensor of one dimension, never is.
        """
        return self.model.shapes(self.task.inputs, self.task.outputs)

    @property
    def parameters(self) -> int:
        """Number of weights of one lane, those of the biases among them."""
        return sum(math.prod(shape) for shape in self.shapes().values())

    def mask_offset(self, arm: Arm) -> int:
        """Steps between `mask_from.at` and the mask: `plus`, with `auto` worked out.

        After `generalised` it is 1 / (learning rate x decay) of the arm that is read, the time in
        which decay forgets; a mask taken at once gives slow tickets.
        """
        if arm.mask_from.plus != "auto":
            return arm.mask_from.plus
        if arm.mask_from.at != "generalised":
            return 0
        train = self.train_of(self.arm(arm.mask_from.arm)) if arm.mask_from.arm else self.train
        return round(min(1 / (train.learning_rate * train.weight_decay), MAX_STEPS))


def to_plain(config: Section) -> dict[str, Any]:
    """The configuration as tables, lists and plain values, every default spelled out.

    What is None is left out: TOML has no word for it.
    """
    plain: dict[str, Any] = _without_nones(msgspec.to_builtins(config))
    return plain


def _without_nones(value: Any) -> Any:  # noqa: ANN401 - whatever a configuration holds
    if isinstance(value, dict):
        return {key: _without_nones(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [_without_nones(inner) for inner in value]
    return value
