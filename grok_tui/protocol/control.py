"""Commands to a trainer: one small file each in the run's control folder."""

from __future__ import annotations

import os
import random
import re
import string
import time
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from grok_tui.errors import RunError
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.regular import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.owned import Owned

Command = Literal["pause", "continue", "stop", "checkpoint"]
COMMANDS: tuple[Command, ...] = get_args(Command)
"""Those that say all in a word."""
REFUSED = "refused: "
"""What the answer to an order begins with that was not carried out."""
MAX_BYTES = 4096
MAX_NEW_SEEDS = 250
"""Seeds of one order: with eleven characters each they are within its bytes."""
_NAME = re.compile(r"[0-9]{20}-[a-z]{8}\.json")
_HALF = re.compile(rf"\.{_NAME.pattern}\.tmp")
_Word = Annotated[str, Meta(max_length=40)]


class Order(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="command"
):
    """What stands in a command file. Values are checked where they are used, as in a preset."""

    format: Literal[1] = 1
    by: str
    """What sent it."""

    @property
    def command(self) -> str:
        """The command in a word."""
        return str(self.__struct_config__.tag)


class Pause(Order, frozen=True, kw_only=True, tag="pause"):
    """Hold at a step boundary."""


class Continue(Order, frozen=True, kw_only=True, tag="continue"):
    """Go on after a pause."""


class Stop(Order, frozen=True, kw_only=True, tag="stop"):
    """Write a checkpoint and end."""


class Checkpoint(Order, frozen=True, kw_only=True, tag="checkpoint"):
    """Write a checkpoint."""


class TakeTicket(Order, frozen=True, kw_only=True, tag="ticket"):
    """Add an arm whose mask is made from what another arm is now."""

    method: _Word
    """The pruning method."""
    pruning_rate: float = 0.0
    """Fraction of the weights that is removed."""
    source: _Word = ""
    """The arm that is read; empty: the new arm's own initial weights."""
    name: _Word = ""
    """What the new arm is called; empty: by its step or its method."""


class AddSeeds(Order, frozen=True, kw_only=True, tag="seeds"):
    """Train every arm with further seeds."""

    seeds: Annotated[tuple[int, ...], Meta(min_length=1, max_length=MAX_NEW_SEEDS)]


class Halt(Order, frozen=True, kw_only=True, tag="halt"):
    """End one lane where it stands."""

    arm: _Word
    seed: int


AnyOrder = Pause | Continue | Stop | Checkpoint | TakeTicket | AddSeeds | Halt
_PLAIN: dict[Command, type[Pause | Continue | Stop | Checkpoint]] = {
    "pause": Pause,
    "continue": Continue,
    "stop": Stop,
    "checkpoint": Checkpoint,
}


_decoder = msgspec.json.Decoder(AnyOrder)


def send(run: Owned, command: Command, by: str, disk: Disk | None = None) -> str:
    """Send a command that says all in a word, as `post` does."""
    return post(run, _PLAIN[command](by=by), disk)


def post(run: Owned, order: AnyOrder, disk: Disk | None = None) -> str:
    """Put an order where the trainer will find it; its id. Raises RunError if that cannot be."""
    tail = "".join(random.SystemRandom().choices(string.ascii_lowercase, k=8))
    name = f"{time.time_ns():020d}-{tail}"
    data = msgspec.json.encode(order)
    if len(data) > MAX_BYTES:
        raise RunError(f"cannot send {order.command} to {run.id}: too much for one order")
    if run.control.is_symlink():
        raise RunError(f"cannot send {order.command} to {run.id}: control is a link")
    try:
        (disk or Disk()).replace(run.control / f"{name}.json", data)
    except OSError as error:
        raise RunError(f"cannot send {order.command} to {run.id}: {error.strerror}") from None
    return name


def waiting(run: Owned) -> list[Path]:
    """Everything in the control folder that is not a half-written file, in the order of sending.

    A link in its place has nothing: what waits is removed in the end.
    """
    return [path for path in _entries(run) if not path.name.startswith(".")]


def half_written(run: Owned) -> list[Path]:
    """Orders whose senders are about to put them there, or died of it."""
    return [path for path in _entries(run) if _HALF.fullmatch(path.name)]


def _entries(run: Owned) -> list[Path]:
    if run.control.is_symlink():
        return []
    try:
        return [run.control / name for name in sorted(one.name for one in os.scandir(run.control))]
    except OSError:
        return []


def read(path: Path) -> AnyOrder | str:
    """The order in a command file, or the reason why it is refused."""
    if not _NAME.fullmatch(path.name):
        return "refused: not named as a command"
    try:
        descriptor = open_regular(path)
    except OSError:
        return "refused: cannot be opened"
    try:
        if os.fstat(descriptor).st_uid != os.getuid():
            return "refused: not of this user"
        data = os.read(descriptor, MAX_BYTES + 1)
    except OSError:
        return "refused: cannot be read"
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        return "refused: too large"
    try:
        order: AnyOrder = _decoder.decode(data)
    except (ValueError, RecursionError):
        return "refused: not a command"
    return order
