"""The event log: what a trainer says, one JSON object a line, and how a line is checked.

A line is a JSON object whose tag stands under `event` and whose last key is `crc`: the crc32, in
8 lower-case hex digits, of every byte of the line before `,"crc":`. All numbers are finite; None
says "not reached" or "does not apply".
"""

from __future__ import annotations

import zlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

FORMAT = 1
MAX_LINE = 1 << 20
MAX_SERIES = 16_384
"""Points of one `series` line: a longer series takes several, see `series.py`."""
SUM = b',"crc":"'
"""What stands before the checksum of a line."""
TAIL = len(SUM) + 8 + len(b'"}')
"""Bytes from there to the end of the line."""

Step = Annotated[int, Meta(ge=0, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
"""How many: a number that other numbers are divided by."""
ProbeValue = float | tuple[float, ...]
"""What a probe found: a number, or several that belong together (a spectrum)."""
Milestone = Literal["memorised", "generalised"]
Reason = Literal["steps", "generalised", "diverged", "unavailable", "stopped", "halted"]
"""Why a lane ended: all its steps; the steps after generalising; a non-finite loss; the mask or
weights it needed never came; the run was stopped, and may go on; this lane was, for good."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag=str.lower):
    """Base of every line of the log. Unknown keys are let through: a newer version wrote them."""


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One weight tensor of a lane as it starts; a bias, of one dimension, is kept whole."""

    name: str
    shape: tuple[Count, ...]
    kept: Count


class Started(Event, frozen=True, kw_only=True, tag="started"):
    """The first line of a run."""

    format: int
    version: str
    device: str
    precision: str
    threads: int
    """Of each product; the bits of a run depend on them."""
    workers: int = 1
    """Processes that step whole lanes side by side; no bit depends on them."""
    loss: str
    """Form of the loss of the run's task; late masks depend on it."""
    lanes: int
    config_sha256: str


class LaneStarted(Event, frozen=True, kw_only=True, tag="lane_started"):
    """An arm of one seed has its mask and initial weights and begins to train."""

    arm: str
    seed: int
    parameters: Count
    """All weights, kept or not."""
    kept: Count
    """Weights that the mask keeps, exactly."""
    l1_ratio: float
    """Norm of this lane's initial masked weights over that of the dense initial weights."""
    l2_ratio: float
    layers: tuple[Layer, ...]
    mask_arm: str = ""
    """The arm whose weights or mask the mask was made from; empty: none, or the lane's own."""
    mask_step: Step | None = None
    """The step of that arm at which it was read."""
    rewind_step: Step = 0
    """The step of another arm whose weights this lane starts from; 0: the initial weights."""
    scale: float = 1.0
    """The factor that the initial weights were multiplied with (controlled dense)."""
    split_sha256: str = ""
    """Hash of the training and test examples."""
    train_examples: Count = 0
    """Examples that it learns from; 0: an older log."""
    task: str = ""
    """Kind of the task that it learns, where that is not the task of the run."""
    method: str = ""
    """The pruning method that made its mask; empty: an older log."""
    pruning_rate: float = 0.0
    """Fraction of the prunable weights that the method was asked to remove."""

    @property
    def kept_share(self) -> float:
        """Share of the prunable weights that the mask keeps, 1 - k: biases are not counted."""
        biases = sum(layer.kept for layer in self.layers if len(layer.shape) < 2)
        return (self.kept - biases) / max(1, self.parameters - biases)


class Measured(Event, frozen=True, kw_only=True, tag="measured", gc=False):
    """One lane after `step` updates; everything is of the same weights.

    Logs hold up to millions: none can be part of a cycle, so the collector need not look at them.
    """

    arm: str
    seed: int
    step: Step
    seconds: float
    """Training time of the run so far, pauses left out."""
    train_loss: float
    test_loss: float
    train_accuracy: float
    test_accuracy: float
    l1_norm: float
    l2_norm: float
    probes: dict[str, ProbeValue] = {}
    """By name, "<probe>/<part>": norms/W_E/l1. Finite numbers only: what has none is absent."""


class Series(Event, frozen=True, kw_only=True, tag="series"):
    """A probe that only the end of a lane can tell, at steps that were measured before.

    One line may be a piece of it: the pieces of a name follow each other with rising steps.
    """

    arm: str
    seed: int
    name: str
    steps: Annotated[tuple[Step, ...], Meta(max_length=MAX_SERIES)]
    values: Annotated[tuple[float, ...], Meta(max_length=MAX_SERIES)]


class Reached(Event, frozen=True, kw_only=True, tag="reached"):
    """First measured step at which accuracy is above the threshold."""

    arm: str
    seed: int
    milestone: Milestone
    step: Step
    resolution: Step
    """Steps since the measurement before: the crossing lies within that many steps before."""


class LaneFinished(Event, frozen=True, kw_only=True, tag="lane_finished"):
    """A lane trains no more."""

    arm: str
    seed: int
    step: Step
    reason: Reason
    detail: str = ""
    """A sentence where the reason needs one: what never came, what diverged."""


class Checkpointed(Event, frozen=True, kw_only=True, tag="checkpointed"):
    """A checkpoint is on disk."""

    file: str
    bytes: int
    milliseconds: float


class Paused(Event, frozen=True, kw_only=True, tag="paused"):
    """Training holds at a step boundary."""


class Continued(Event, frozen=True, kw_only=True, tag="continued"):
    """Training goes on after a pause."""


class Resumed(Event, frozen=True, kw_only=True, tag="resumed"):
    """A trainer took the run on from a checkpoint (or from the start: no checkpoint held)."""

    file: str
    exact: bool
    """Whether the rest will equal an uninterrupted run bit for bit."""
    changed: tuple[str, ...]
    """What differs from the trainer that wrote the checkpoint, when not exact."""
    dropped_bytes: int


class Forked(Event, frozen=True, kw_only=True, tag="forked"):
    """The run began as another: what stands before is of that one, up to its checkpoint."""

    run: str
    file: str
    step: Step
    sha256: str
    changed: tuple[str, ...] = ()
    """What is trained otherwise since, each as `--set` has it."""


class Warned(Event, frozen=True, kw_only=True, tag="warned"):
    """Something a reader of the numbers should know."""

    sentence: str
    arm: str = ""
    seed: int | None = None


class Obeyed(Event, frozen=True, kw_only=True, tag="obeyed"):
    """A command from the control folder was carried out or refused."""

    command: str
    id: str
    result: str


class Extended(Event, frozen=True, kw_only=True, tag="extended"):
    """The run has more arms or seeds than before, as config.toml says now."""

    arms: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    """The new ones of both."""
    by: str = ""
    """What asked for them; empty: config.toml had them when the run was taken on."""
    config_sha256: str = ""


class LaneResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one lane. None: not reached in the steps that it trained."""

    arm: str
    seed: int
    step: Step
    reason: Reason
    t_mem: Step | None
    t_gen: Step | None
    tau_grok: float | None


class Finished(Event, frozen=True, kw_only=True, tag="finished"):
    """The last line of a run that ended as it should, or was stopped."""

    outcome: Literal["completed", "stopped"]
    lanes: tuple[LaneResult, ...]


class Failed(Event, frozen=True, kw_only=True, tag="failed"):
    """The last line of a run that could not go on."""

    sentence: str
    traceback: str
    report: str = ""  # where its crash report is: a file of the run, or a whole path


AnyEvent = (
    Started
    | LaneStarted
    | Measured
    | Series
    | Reached
    | LaneFinished
    | Checkpointed
    | Paused
    | Continued
    | Resumed
    | Forked
    | Warned
    | Obeyed
    | Extended
    | Finished
    | Failed
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)


def encode(event: AnyEvent) -> bytes:
    """The event as one line of the log, newline included."""
    return sealed(_encoder.encode(event)) + b"\n"


def sealed(data: bytes) -> bytes:
    """A JSON object with the checksum of its bytes as the last key."""
    return data[:-1] + SUM + b'%08x"}' % zlib.crc32(data[:-1])


def decode(line: bytes) -> AnyEvent:
    """The event of one line, without its newline.

    Raises ValueError for one that is damaged or no event of ours: also for a newer version's.
    """
    if not is_whole(line):
        raise ValueError("the line is damaged")
    event: AnyEvent = _decoder.decode(line)
    return event


def is_whole(line: bytes) -> bool:
    """Whether the line is of sane length and its crc is that of its bytes."""
    if not TAIL < len(line) <= MAX_LINE:
        return False
    return line[-TAIL:] == SUM + b'%08x"}' % zlib.crc32(line[:-TAIL])
