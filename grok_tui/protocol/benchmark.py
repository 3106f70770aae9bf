"""What `grok-tui bench` measures, as the process that measures writes it: JSON, one object a line.

Lines of progress come first, then one report, or the sentence of a failure. Times are in seconds
unless a name says otherwise, rates in updates of one lane (lane-steps) a second.
"""

from __future__ import annotations

from typing import Literal

import msgspec

ModelName = Literal["mlp", "transformer"]
ArmName = Literal["dense", "masked"]
LogName = Literal["grid", "every-step"]
MODELS: tuple[ModelName, ...] = ("mlp", "transformer")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all: immutable, keyword-only; unknown keys are let through."""


class Machine(Part, frozen=True, kw_only=True):
    """Where and with what it was measured."""

    device: str
    device_name: str
    cpu: str
    cores: int
    """Processors this process may use."""
    load: float
    """Average load of the last minute before it began."""
    load_after: float
    platform: str
    python: str
    torch: str
    grok_tui: str


class Agreement(Part, frozen=True, kw_only=True):
    """Both sides after the same number of updates from the same weights, split and mask."""

    arm: ArmName
    step: int
    ours_train_loss: float
    naive_train_loss: float
    ours_test_loss: float
    naive_test_loss: float


class Naive(Part, frozen=True, kw_only=True):
    """The plain writing, one network at a time."""

    arm: ArmName
    rate: float
    """Median over the rounds."""
    rates: tuple[float, ...]
    """Of each round, with the number of threads that was quicker in it: one, or torch's default."""
    rate_by_threads: dict[str, float]
    """Median for each number of threads."""


class Row(Part, frozen=True, kw_only=True):
    """The engine with so many lanes, against the plain writing of the same rounds."""

    lanes: int
    arm: ArmName
    log: LogName
    threads: int
    """Of each product, as the engine chose."""
    workers: int
    """Processes that step lanes side by side."""
    rate: float
    rates: tuple[float, ...]
    ratio: float
    """Median over the rounds of that round's ratio."""
    ratio_low: float
    ratio_high: float
    measured_share: float
    """Part of the steps that were measured."""
    roof_share: float
    """Of what the machine could do at most, see `ModelReport.roof`."""


class Checkpoint(Part, frozen=True, kw_only=True):
    """A checkpoint of so many lanes, written to disk."""

    lanes: int
    milliseconds: float
    bytes: int


class ModelReport(Part, frozen=True, kw_only=True):
    """Everything about one model."""

    model: ModelName
    parameters: int
    train_examples: int
    test_examples: int
    step_flop: int
    """Counted operations of a training step, vocabulary tables made once."""
    test_flop: int
    """Counted operations of a test pass that finds the tables made."""
    step_bytes: int
    """What AdamW moves in a step."""
    roof: float
    """Lane-steps a second if all products ran like the best one and AdamW like alone."""
    roof_one_thread: float
    naive: tuple[Naive, ...]
    rows: tuple[Row, ...]
    agreements: tuple[Agreement, ...]
    measurement_milliseconds: float | None
    """What measuring one lane adds to a step; None without both ways of logging."""
    call_microseconds: float
    """A step of the smallest network of this kind: what its calls cost, whatever they compute."""
    probe_microseconds: dict[str, float]
    checkpoints: tuple[Checkpoint, ...]


class Roof(Part, frozen=True, kw_only=True):
    """The best that was seen of each."""

    threads: int
    gemm_gflops: float
    """A large product in float32."""
    adamw_gbytes: float
    """The fused update of one lane, at 28 bytes a weight."""


class Report(Part, frozen=True, kw_only=True):
    """One run of the benchmark."""

    format: int = 1
    machine: Machine
    rounds: int
    seconds: float
    """Of each side in each round."""
    took: float
    roofs: tuple[Roof, ...]
    models: tuple[ModelReport, ...]
    first_step: tuple[float, ...]
    """From starting `grok-tui run` to the first measured step in the log, warm; none on request."""


class Progress(Part, frozen=True, kw_only=True):
    """How far it is, in planned seconds."""

    done: float
    total: float
    doing: str


class Line(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One line: one of the three is there."""

    progress: Progress | None = None
    report: Report | None = None
    failed: str = ""
    """The sentence of an error that the user can mend."""
