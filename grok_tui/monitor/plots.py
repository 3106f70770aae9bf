"""What can be plotted of a run: its metrics and the families of its probes, each with its choices.

A probe is named "<family>/<part>". A family is one plot, its parts are what it can show; a part
that ends in chance or shuffled is no choice of its own but the dashed line beside another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Literal

from grok_tui.monitor.columns import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from grok_tui.monitor.columns import Column
    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.config import Config

Kind = Literal["steps", "frequencies", "plane", "list"]
"""A number over steps, the newest vectors over their index, two of them against each other, or
written out."""
REFERENCES = ("chance", "shuffled")
"""What a part is to be compared with, drawn beside it."""
FIRST, SECOND, SHARES = "/first", "/second", "/shares"
"""Coordinates of points in a plane, and the shares of the variance that its axes explain."""
LISTED = "frequencies"
"""The vector that is a list of numbers, not a value for each number."""
WHOLE = ("net", "mean")
"""Parts that are of the whole network stand before those of its matrices."""


@dataclass(frozen=True)
class Choice:
    """One thing that a plot can show."""

    solid: str
    """A metric, or a probe; of a plane the table whose columns are points."""
    dashed: str = ""
    label: str = ""
    """What tells it from the other choices of its plot."""
    kind: Kind = "steps"
    arm: str = ""
    """Of a plane: whose points."""

    @property
    def legend(self) -> str:
        """What the dashed lines are; empty if there are none."""
        if not self.dashed:
            return ""
        reference = self.dashed.rpartition("/")[2]
        return f"╴╴ {reference}" if reference in REFERENCES else "── test  ╴╴ train"


@dataclass(frozen=True)
class Plot:
    """One chart of a run."""

    name: str
    """What `plot` calls it."""
    title: str
    choices: tuple[Choice, ...]
    """At least one."""
    log_y: bool = False

    def choice(self, label: str) -> Choice:
        """The choice of that label, else the first."""
        return next((one for one in self.choices if one.label == label), self.choices[0])


METRIC_PLOTS = (
    Plot("accuracy", "accuracy", (Choice("test_accuracy", "train_accuracy"),)),
    Plot("loss", "loss", (Choice("test_loss", "train_loss"),), log_y=True),
    Plot("l1", "L1 norm", (Choice("l1_norm"),)),
    Plot("l2", "L2 norm", (Choice("l2_norm"),)),
)


def plots(config: Config, history: History) -> tuple[Plot, ...]:
    """The plots of a run: the metrics, then what its probes find or are about to find."""
    accuracy, *others = METRIC_PLOTS
    return (
        replace(accuracy, title=config.task.score),
        *others,
        *(Plot(name, name, choices) for name, choices in _families(config, history)),
    )


def shown_lane(config: Config, history: History, arm: str) -> LaneHistory | None:
    """The lane that stands for an arm in a chart: that of the first seed."""
    return history.lanes.get((arm, config.seeds[0]))


def waiting_for(view: View, plot: Plot, choice: Choice) -> str:
    """Why a plot is empty, in a few words; empty when it is not."""
    if view.config is None:
        return view.problem or "waiting for the configuration"
    if view.behind:  # what is there is out of date, and drawing it would cost the time to read on
        return f"reading the log, {math.floor(100 * view.share)} %"
    seeds = view.config.seeds if choice.kind == "steps" else view.config.seeds[:1]
    keys = [(arm.name, seed) for arm in view.config.arms for seed in seeds]
    lanes = [view.history.lanes[key] for key in keys if key in view.history.lanes]
    if any(_shows(lane, choice) for lane in lanes):
        return ""
    if plot.name in _METRIC_NAMES or not any(lane.step for lane in lanes):
        reasons = {
            "starting": "waiting for the trainer to start",
            "running": "waiting for the first steps",
            "paused": "paused before the first step",
        }
        return reasons.get(view.state, "no step was trained")
    if view.state not in ("running", "paused"):
        return "this was not measured"
    every = next((probe.every for probe in view.config.probes if probe.probe == plot.name), 0)
    return "waiting for its first measurement" + (f", each {every} steps" if every else "")


_METRIC_NAMES = frozenset(plot.name for plot in METRIC_PLOTS)


def _shows(lane: LaneHistory, choice: Choice) -> bool:
    """Whether something of a lane can be seen: a log axis begins at step 1."""
    if choice.kind == "steps":
        xs = series(lane, choice.solid)[0]
        return len(xs) > 0 and xs[-1] >= 1
    name = choice.solid + (FIRST if choice.kind == "plane" else "")
    return choice.arm in ("", lane.arm) and name in lane.vectors


def series(lane: LaneHistory, name: str) -> tuple[Column, Column]:
    """Steps and values of a metric or of a probe; empty where it was not measured."""
    if name in lane.metrics:
        return lane.steps, lane.metrics[name]  # type: ignore[index]
    probe = lane.probes.get(name)
    return (probe.steps, probe.values) if probe else (NOTHING, NOTHING)


def _families(config: Config, history: History) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    """The probes by what stands before the first "/"; those of the configuration come first."""
    shown = [shown_lane(config, history, arm.name) for arm in config.arms]
    lanes = [lane for lane in shown if lane is not None]
    numbers = _by_family(chain.from_iterable(lane.probes for lane in lanes))
    vectors = _by_family(chain.from_iterable(lane.vectors for lane in lanes))
    asked = [probe.probe for probe in config.probes]
    for family in dict.fromkeys([*asked, *numbers, *vectors]):
        if family in _METRIC_NAMES:
            continue  # the name of another plot
        parts = numbers.get(family, {})
        found = [
            *sorted(_of_numbers(family, parts), key=_is_of_a_part),
            *_of_vectors(family, vectors.get(family, {}), lanes),
        ]
        yield family, tuple(found) or (Choice(family),)


def _by_family(names: Iterable[str]) -> dict[str, dict[str, None]]:
    """The parts of each family, in the order in which they were first named."""
    found: dict[str, dict[str, None]] = {}
    for name in dict.fromkeys(names):
        family, _, part = name.partition("/")
        found.setdefault(family, {})[part] = None
    return found


def _of_numbers(family: str, parts: Mapping[str, None]) -> Iterator[Choice]:
    for part in parts:
        base, _, last = part.rpartition("/")
        if last in REFERENCES and base in parts:
            continue
        reference = next((f"{part}/{one}" for one in REFERENCES if f"{part}/{one}" in parts), "")
        dashed = f"{family}/{reference}" if reference else ""
        yield Choice(f"{family}/{part}" if part else family, dashed, part)


def _is_of_a_part(choice: Choice) -> bool:
    return choice.label.partition("/")[0] not in WHOLE


def _of_vectors(
    family: str, parts: Mapping[str, None], lanes: Iterable[LaneHistory]
) -> Iterator[Choice]:
    for part in parts:
        name = f"{family}/{part}" if part else family
        table = part.removesuffix(FIRST)
        if table != part:
            plane = f"{family}/{table}"
            for lane in lanes:
                if plane + FIRST in lane.vectors and plane + SECOND in lane.vectors:
                    yield Choice(plane, label=f"{table} of {lane.arm}", kind="plane", arm=lane.arm)
        elif part == LISTED:
            yield Choice(name, label=part, kind="list")
        elif not part.endswith((SECOND, SHARES)):
            yield Choice(name, label=part, kind="frequencies")
