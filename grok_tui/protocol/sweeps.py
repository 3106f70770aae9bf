"""What a sweep file says beside the preset that it varies: the table `sweep`.

preset = "quickstart"
title = "Delay over pruning rate"
[sweep]
seeds = 50
where = "rate<0.9 or fraction>=0.4"
[sweep.axes]
rate = { keys = ["arms.grokked-ticket.pruning_rate"], values = [0.2, 0.4, 0.6] }
"task.train_fraction" = { from = 0.3, to = 0.8, count = 6 }
"train.learning_rate" = { from = 1e-4, to = 1e-2, count = 5, scale = "log" }
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from grok_tui.protocol.section import ArmName, Section

MAX_AXES = 8
MAX_VALUES = 1000
"""Values of an axis."""
MAX_CELLS = 20_000
MAX_REPEATS = 100

Text = Annotated[str, Meta(max_length=400)]
Number = int | float
Scalar = bool | int | float | Text
Seed = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Key = Annotated[str, Meta(min_length=1, max_length=200)]
Values = Annotated[tuple[Scalar, ...], Meta(min_length=1, max_length=MAX_VALUES)]


class Axis(Section, frozen=True, kw_only=True):
    """One axis of a sweep: its values in order, or where they begin and end."""

    keys: Annotated[tuple[Key, ...], Meta(max_length=16)] = ()
    """What is changed, each key as `--set` takes it; empty: what the axis is called."""
    values: Values | None = None
    """The values, one after the other."""
    start: Number | None = msgspec.field(name="from", default=None)
    """The first of evenly spaced values; whole numbers if both ends are written as such."""
    to: Number | None = None
    """The last of them."""
    count: Annotated[int, Meta(ge=2, le=MAX_VALUES)] | None = None
    """How many there are."""
    step: Annotated[float, Meta(gt=0)] | None = None
    """The distance between them, instead of `count`; of a log scale their ratio."""
    scale: Literal["linear", "log"] = "linear"
    """Whether neighbours have the same distance, or the same ratio."""


class Stop(Section, frozen=True, kw_only=True):
    """When a cell has had seeds enough; looked at after each repeat. Either rule is enough."""

    arm: ArmName = ""
    """The arm that is looked at; empty: every arm."""
    generalised: Annotated[int, Meta(ge=0, le=1000)] = 0
    """So many seeds have generalised; 0: not asked."""
    not_generalised: Annotated[int, Meta(ge=0, le=1000)] = 0
    """So many seeds have ended without; 0: not asked."""


class Sweep(Section, frozen=True, kw_only=True):
    """How a preset is varied."""

    axes: Annotated[dict[Key, Axis], Meta(min_length=1, max_length=MAX_AXES)]
    """What is varied, by key as `--set` takes it: a table, or just the list of values."""
    zips: Annotated[
        tuple[Annotated[tuple[Key, ...], Meta(min_length=2, max_length=MAX_AXES)], ...],
        Meta(max_length=MAX_AXES),
    ] = ()
    """Axes that go side by side, first with first, instead of each with each."""
    where: Text = ""
    """Which cells there are, in the grammar of filters: "rate<0.9 or fraction>=0.4"."""
    seeds: (
        Annotated[int, Meta(ge=1, le=1000)]
        | Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=1000)]
        | None
    ) = None
    """The seeds of each cell, or how many from 0 on; without it those of the preset."""
    repeats: Annotated[int, Meta(ge=1, le=MAX_REPEATS)] = 1
    """How often each cell is run; every time with the seeds that follow on."""
    stop: Stop = Stop()
    """When a cell needs no further repeat."""
