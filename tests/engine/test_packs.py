"""Lanes of a pack are, bit for bit, those of each cell's own run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import torch

from grok_tui.protocol.events import LaneStarted, Measured
from tests.engine import tiny
from tests.monitor.sweeps import made

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.experiment import Experiment
    from grok_tui.engine.lanes import Lane
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.events import AnyEvent

SHORT = made.TINY | {"train": made.TINY["train"] | {"steps": 16}}
DENSE = made.TINY["arms"][0]
TICKET = made.TINY["arms"][1] | {"mask_from": {"arm": "dense", "at": 12}}
RANDOM = {"name": "random", "method": "random", "pruning_rate": 0.6}
SHUFFLE = {"name": "shuffle", "method": "shuffle", "mask_from": {"arm": "ticket"}}
SCALED = {"name": "scaled", "scale_to": {"arm": "ticket", "norm": "l1"}}
LATER = TICKET | {"name": "later", "rewind_to": 7, "rewind_arm": "dense"}
REDRAWN = {"name": "redrawn", "init": "redrawn", "learning_rate": 5e-3}
POPUP = {"name": "popup", "method": "edge-popup", "pruning_rate": 0.5, "scope": "layer"}
THAWED = POPUP | {"name": "thawed", "scores": {"freeze_weights": False}}
SOME = {
    "name": "some",
    "subset": {"score": "el2n", "fraction": 0.6, "arms": ["redrawn"], "at": 9},
}
DRAWN = {"name": "drawn", "subset": {"score": "random", "fraction": 0.5}}
PUPIL = {
    "name": "pupil",
    "teacher": {"arm": "redrawn", "at": 12, "features": 1.0, "shuffle_classes": True},
}
OTHER = {"name": "other", "task": made.TINY["task"] | {"kind": "modular-multiplication"}}
BORROWED = TICKET | {"name": "borrowed", "mask_from": {"arm": "other", "at": 14}}
SWEEPS: dict[str, tuple[list[dict[str, Any]], dict[str, list[Any]]]] = {
    "rate and learning rate": (
        [DENSE, TICKET, RANDOM, SHUFFLE, SCALED, LATER],
        {made.RATE: [0.3, 0.6], "train.learning_rate": [1e-2, 2e-2]},
    ),
    "decay and steps": (
        [DENSE, REDRAWN, POPUP, THAWED, OTHER, BORROWED],
        {"train.weight_decay": [0.0, 2.0], "train.steps": [15, 16]},
    ),
    "fraction and scores": (
        [DENSE, REDRAWN, THAWED, SOME, DRAWN, PUPIL],
        {made.FRACTION: [0.6, 0.8], "arms.thawed.scores.learning_rate": [1e-2, 2e-2]},
    ),
}


def trained(config: Config) -> tuple[Experiment, list[AnyEvent]]:
    lanes = tiny.experiment(config)
    return lanes, tiny.run_on(lanes, begin=True)


def events_of(events: list[AnyEvent], arm: str) -> list[dict[str, Any]]:
    """What is told of one lane, without its name, the clock, and whose task it learns."""
    found = []
    for event in events:
        plain: dict[str, Any] = msgspec.to_builtins(event)
        if plain.get("arm") == arm and "sentence" not in plain:
            left_out = {"arm", "seconds", "mask_arm"} | (
                {"task"} if isinstance(event, LaneStarted) else set()
            )
            found.append({key: value for key, value in plain.items() if key not in left_out})
    return found


def lanes_of(experiment: Experiment) -> Mapping[str, Lane]:
    return {lane.arm: lane for lane in experiment.finished}


@pytest.mark.parametrize("name", SWEEPS)
def test_every_lane_is_that_of_the_cell_alone(name: str) -> None:
    arms, axes = SWEEPS[name]
    asked = made.sweep_of(axes, SHORT | {"arms": arms}, seeds=[3])
    [pack] = made.packed(asked)
    assert len(pack.config.arms) < len(asked.cells) * len(arms), "nothing is shared"
    packed, told = trained(pack.config)
    for cell in asked.cells:
        alone, told_alone = trained(asked.config(cell, (3,)))
        for own, here in pack.members[cell.number].items():
            events = events_of(told_alone, own)
            assert events_of(told, here) == events
            assert sum("train_loss" in event for event in events) > 14
            lane, other = lanes_of(alone)[own], lanes_of(packed)[here]
            for part in ("weights", "mask", "first", "second"):
                assert torch.equal(getattr(lane.rows, part), getattr(other.rows, part))
            assert (lane.popup is None) == (other.popup is None)
            if lane.popup and other.popup:
                assert torch.equal(lane.popup.rows.weights, other.popup.rows.weights)


def test_a_lane_that_others_need_for_longer_goes_on_from_where_it_would_have_ended() -> None:
    """A shared arm trains as long as the last cell that reads it asks; it begins as alone."""
    base = made.TINY | {
        "train": made.TINY["train"]
        | {"steps": 180, "threshold": 0.15, "weight_decay": 2.0, "stop_after_generalised": 5},
    }
    whole = {"arm": "dense", "at": "generalised"}
    base["arms"] = [DENSE, TICKET | {"mask_from": whole}]
    axes = {"arms.ticket.mask_from.plus": [0, 40]}
    asked = made.sweep_of(axes, base, seeds=[3])
    [pack] = made.packed(asked)
    _, told = trained(pack.config)
    ends = set()
    for cell in asked.cells:
        _, told_alone = trained(asked.config(cell, (3,)))
        here = pack.members[cell.number]
        own, other = (
            [event for event in events if isinstance(event, Measured) and event.arm == arm]
            for events, arm in ((told_alone, "dense"), (told, here["dense"]))
        )
        values = [msgspec.structs.replace(event, arm="", seconds=0.0) for event in own]
        longer = [msgspec.structs.replace(event, arm="", seconds=0.0) for event in other]
        assert longer[: len(values) - 1] == values[:-1], "the last may lie off the grid"
        milestones = [
            tiny.reached(events, arm, "generalised", 3)
            for events, arm in ((told_alone, "dense"), (told, here["dense"]))
        ]
        assert len({event.step for event in milestones if event}) == 1
        ticket = tiny.values(told_alone, "ticket", 3)
        assert tiny.values(told, here["ticket"], 3) == ticket
        ends.add(own[-1].step)
    assert len(ends) == 2
