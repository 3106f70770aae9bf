"""What is changed inside of a forked trainer: it is its own process, so that all of it stays so."""

from __future__ import annotations

import itertools
import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grok_tui.engine import __main__ as engine
from grok_tui.engine import artifacts, orders, state, trainer
from grok_tui.engine.checkpoints import Checkpoints
from grok_tui.engine.clock import Pace
from grok_tui.engine.frames import keeping
from grok_tui.protocol import control
from grok_tui.protocol.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from torch import Tensor

    from grok_tui.engine.lanes import Lane
    from grok_tui.protocol.control import AnyOrder

_plain = artifacts.tensors

Moment = Literal["before", "half", "after"]


def told_whole(lane: Lane, *given: Any, **named: Any) -> dict[str, Tensor]:
    """The artifact of a lane with all that a checkpoint would hold of it, the optimiser too."""
    counts = {"weights": lane.rows.updates}
    if lane.popup:
        counts["scores"] = lane.popup.rows.updates
    whole = state._lane_tensors(lane) | {f"updates/{name}": one for name, one in counts.items()}
    return _plain(lane, *given, **named) | {f"state/{name}": one for name, one in whole.items()}


def hurried() -> None:
    """Have it look up every few steps, write checkpoints all the time, and leave all behind."""
    trainer.CHECKPOINT_EVERY, trainer.CHECKPOINT_SHARE = 0.02, 1e9
    orders.LOOK_EVERY = 0.01
    keeping.MOST, keeping.FEWEST = 5, 4
    Pace.SLICE = 0.005
    artifacts.tensors = told_whole


def telling(told: Connection) -> None:
    """And tell when it begins to write a checkpoint."""
    hurried()
    write = Checkpoints.write

    def told_first(*given: Any) -> Any:
        told.send_bytes(b"now")
        return write(*given)

    Checkpoints.write = told_first  # type: ignore[method-assign, assignment]


@dataclass(frozen=True)
class Boundary:
    """Acts of one kind on one kind of file, and whether death comes before, in or after one."""

    act: Literal["write", "sync", "rename", "unlink"]
    file: str
    """What the file, or what it is renamed to, is called in the run: a regular expression."""
    moment: Moment = "before"


def dying(boundary: Boundary, nth: int, asked: Sequence[AnyOrder] = (), look: int = 0) -> None:
    """And kill itself at the n-th act of a kind; at a look for orders it is given these."""
    hurried()
    trainer.CHECKPOINT_EVERY = 0.005  # a quick machine comes to three checkpoints as well
    Pace.SLICE = orders.LOOK_EVERY = 0.0  # one step, one look: orders come at the same step always
    engine.Disk = lambda: DeadlyDisk(boundary, nth)  # type: ignore[attr-defined, assignment]
    if asked:
        _ask(asked, look)


def _ask(asked: Sequence[AnyOrder], at: int) -> None:
    """Have orders lie there when the trainer looks for the n-th time."""
    looks, plain = itertools.count(1), orders.Orders.look

    def look(self: orders.Orders) -> Any:
        if next(looks) == at:
            for order in asked:
                control.post(self._run, order)
        return plain(self)

    orders.Orders.look = look  # type: ignore[method-assign]


class DeadlyDisk(Disk):
    """Kills its process at the n-th act of a kind."""

    def __init__(self, boundary: Boundary, nth: int) -> None:
        self._boundary = boundary
        self._left = nth

    def write(self, descriptor: int, data: bytes) -> int:
        """Write; or die before it, after it, or with half of it done."""
        moment = self._moment("write", _opened(descriptor))
        if moment == "half":
            super().write(descriptor, data[: len(data) // 2])
            _die()
        return self._done(moment, super().write(descriptor, data))

    def sync(self, descriptor: int) -> None:
        """Nothing that a process does reaches less far for want of it: here it takes no time."""
        self._done(self._moment("sync", _opened(descriptor)), 0)

    def rename(self, old: Path, new: Path) -> None:
        """Rename; or die before or after it."""
        moment = self._moment("rename", new) if old.exists() else None
        super().rename(old, new)
        self._done(moment, 0)

    def unlink(self, path: Path) -> None:
        """Unlink; or die before or after it."""
        moment = self._moment("unlink", path)
        super().unlink(path)
        self._done(moment, 0)

    def _moment(self, act: str, path: Path) -> Moment | None:
        """What is to come of this act: None, or when in it death comes."""
        wanted = self._boundary
        if act == wanted.act and re.search(f"{wanted.file}$", str(path)):
            self._left -= 1
            if self._left == 0:
                if wanted.moment == "before":
                    _die()
                return wanted.moment
        return None

    def _done(self, moment: Moment | None, result: int) -> int:
        if moment == "after":
            _die()
        return result


def _opened(descriptor: int) -> Path:
    return Path(f"/proc/self/fd/{descriptor}").readlink()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
