"""Small experiments that train in a moment, and what to read off their events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from grok_tui.engine.experiment import Experiment
from grok_tui.engine.tasks.data import Placement
from grok_tui.protocol.arms import Arm, MaskFrom, ScaleTo
from grok_tui.protocol.config import Config, Train
from grok_tui.protocol.events import AnyEvent, LaneFinished, LaneStarted, Measured, Reached
from grok_tui.protocol.models import Mlp, Transformer
from grok_tui.protocol.tasks import ModularAddition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DENSE = Arm(name="dense")
TICKET = Arm(
    name="ticket",
    method="magnitude",
    pruning_rate=0.6,
    mask_from=MaskFrom(arm="dense", at="memorised", plus=5),
)
L1 = Arm(name="l1", scale_to=ScaleTo(arm="ticket", norm="l1"))
L2 = Arm(name="l2", scale_to=ScaleTo(arm="ticket", norm="l2"))
RANDOM = Arm(name="random", method="random", pruning_rate=0.6)
SHUFFLE = Arm(name="shuffle", method="shuffle", mask_from=MaskFrom(arm="ticket"))
TRANSFORMER = Transformer(d_model=12, heads=2, d_head=4, d_mlp=10)
ALL = (DENSE, TICKET, L1, L2, RANDOM, SHUFFLE)


def tiny(arms: Sequence[Arm] = (DENSE,), seeds: Sequence[int] = (0,), **train: Any) -> Config:
    """A network of 1,600 weights on modulus 13, which memorises in a few dozen steps.

    With a decay of 2 its test accuracy is above 0.3 before step 700.
    """
    recipe: dict[str, Any] = {"steps": 60, "learning_rate": 1e-2} | train
    return Config(
        title="Tiny",
        seeds=tuple(seeds),
        task=ModularAddition(p=13, train_fraction=0.8),
        model=Mlp(d_embedding=24, d_hidden=20),
        arms=tuple(arms),
        train=Train(**recipe),
    )


def experiment(config: Config) -> Experiment:
    """The experiment of a config, before its first lane has started."""
    dtype: torch.dtype = getattr(torch, config.train.precision)
    return Experiment(config, Placement(torch.device("cpu"), dtype))


def run(config: Config) -> list[AnyEvent]:
    """Every event of an experiment, from the start to the end."""
    return run_on(experiment(config), begin=True)


def run_on(lanes: Experiment, begin: bool = False, until: int = 10**9) -> list[AnyEvent]:
    """The events from where the experiment stands until the end, or for `until` steps."""
    events = lanes.begin() if begin else []
    while lanes.running and until > 0:
        steps = min(until, lanes.until_stop())
        events += lanes.advance(steps)
        until -= steps
    return events


def measured(events: Iterable[AnyEvent], arm: str, seed: int = 0) -> list[Measured]:
    """The measurements of one lane, in order."""
    found = [event for event in events if isinstance(event, Measured)]
    return [event for event in found if (event.arm, event.seed) == (arm, seed)]


def values(events: Iterable[AnyEvent], arm: str, seed: int = 0) -> list[tuple[float, ...]]:
    """The measured numbers of one lane, time left out."""
    return [
        (
            event.step,
            event.train_loss,
            event.test_loss,
            event.train_accuracy,
            event.test_accuracy,
            event.l1_norm,
            event.l2_norm,
        )
        for event in measured(events, arm, seed)
    ]


def started(events: Iterable[AnyEvent], arm: str, seed: int = 0) -> LaneStarted:
    """The start of one lane."""
    found = [event for event in events if isinstance(event, LaneStarted)]
    return next(event for event in found if (event.arm, event.seed) == (arm, seed))


def ended(events: Iterable[AnyEvent], arm: str, seed: int = 0) -> LaneFinished:
    """The end of one lane."""
    found = [event for event in events if isinstance(event, LaneFinished)]
    return next(event for event in found if (event.arm, event.seed) == (arm, seed))


def reached(events: Iterable[AnyEvent], arm: str, milestone: str, seed: int = 0) -> Reached | None:
    """A milestone of one lane, or None if it was not reached."""
    found = [event for event in events if isinstance(event, Reached)]
    mine = [event for event in found if (event.arm, event.seed) == (arm, seed)]
    return next((event for event in mine if event.milestone == milestone), None)
