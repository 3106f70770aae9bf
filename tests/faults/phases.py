"""Where in its life a trainer is held up, for a signal to find it there."""

from __future__ import annotations

import errno
import functools
from typing import TYPE_CHECKING, Any

from grok_tui.engine import opening, trainer
from grok_tui.engine.checkpoints import Checkpoints
from grok_tui.engine.experiment import Experiment
from grok_tui.engine.trainer import Trainer
from tests.faults import disks, inside

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

PHASES = ("importing", "training", "checkpointing", "paused", "finishing", "disk full")
FULL = 40
"""Acts that a full disk refuses before there is room again."""


class Meeting:
    """Says that the trainer is there, and holds it until the other side has sent what it will."""

    def __init__(self, link: Connection, after: int) -> None:
        self._link, self._after = link, after

    def send_bytes(self, word: bytes) -> None:
        """Once, at the call after so many."""
        self._after -= 1
        if self._after == 0:
            self._link.send_bytes(word)
            self._link.recv_bytes()


def put_in(phase: str, after: int, link: Connection) -> None:
    """Have a trainer be held up in that phase, and write checkpoints only where it must."""
    inside.hurried()
    disks.impatient()
    trainer.CHECKPOINT_EVERY, trainer.CHECKPOINT_SHARE = 1e9, 1e-9
    if phase == "importing":
        _hold(opening, "open_run", Meeting(link, 1))
    elif phase == "training":
        _hold(Experiment, "advance", Meeting(link, after))
    elif phase == "checkpointing":
        _hold(Checkpoints, "_commit", Meeting(link, 1))
    elif phase == "finishing":
        _hold(Trainer, "_finish", Meeting(link, 1))
    elif phase == "disk full":
        met: Any = Meeting(link, 1)
        fault = disks.Fault(errno.ENOSPC, 1 + after % 4, FULL, "events.jsonl", met)
        disks.put_in(fault, hurry=False)


def _hold(owner: Any, name: str, meeting: Meeting) -> None:
    whole: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(whole)
    def held(*given: Any, **named: Any) -> Any:
        meeting.send_bytes(b"now")
        return whole(*given, **named)

    setattr(owner, name, held)
