"""Commands to a trainer: one small file each in the run's control folder."""

from __future__ import annotations

import os
import re
import secrets
import stat
import string
import time
from typing import TYPE_CHECKING, Literal, get_args

import msgspec

from grok_tui.errors import RunError
from grok_tui.protocol.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

Command = Literal["pause", "continue", "stop", "checkpoint"]
COMMANDS: tuple[Command, ...] = get_args(Command)
MAX_BYTES = 4096
_NAME = re.compile(r"^\d{20}-[a-z]{8}\.json$")


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in a command file."""

    format: Literal[1] = 1
    command: Command
    by: str


def send(run: RunDir, command: Command, by: str, disk: Disk | None = None) -> str:
    """Put a command where the trainer will find it; its id. Raises RunError if that cannot be."""
    tail = "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))
    name = f"{time.time_ns():020d}-{tail}"
    order = msgspec.json.encode(Order(command=command, by=by))
    try:
        (disk or Disk()).replace(run.control / f"{name}.json", order)
    except OSError as error:
        raise RunError(f"cannot send {command} to {run.id}: {error.strerror}") from None
    return name


def waiting(run: RunDir) -> list[Path]:
    """Everything in the control folder that is not a half-written file, in the order of sending."""
    try:
        entries = sorted(entry.name for entry in os.scandir(run.control))
    except OSError:
        return []
    return [run.control / name for name in entries if not name.startswith(".")]


def read(path: Path) -> Order | str:
    """The order in a command file, or the reason why it is refused."""
    if not _NAME.match(path.name):
        return "refused: not named as a command"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return "refused: cannot be opened"
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid():
            return "refused: not a regular file of this user"
        data = os.read(descriptor, MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        return "refused: too large"
    try:
        return msgspec.json.decode(data, type=Order)
    except ValueError:
        return "refused: not a command"
