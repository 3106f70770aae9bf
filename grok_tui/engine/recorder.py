"""Keeps what happens: the log, written in time, and patience with a full disk."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from typing import TYPE_CHECKING, TypeVar

from grok_tui.engine.log import EventLog
from grok_tui.engine.orders import Orders
from grok_tui.errors import RunFailed
from grok_tui.protocol.events import AnyEvent, Warned
from grok_tui.protocol.regular import open_regular
from grok_tui.protocol.rundir import read_tail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from grok_tui.engine.signals import Signals
    from grok_tui.protocol.disk import Disk
    from grok_tui.protocol.rundir import RunDir, TrainerLock

BEAT_EVERY = 5.0
RETRY_EVERY = 5.0
FULL = (errno.ENOSPC, errno.EDQUOT)
NAP = 0.05
MAX_PRINTED = 4 << 20
"""Bytes of trainer.log from which on nothing but its end is kept: it stays far below 8 MiB."""
Written = TypeVar("Written")


class Hindered(RunFailed):
    """The run ended by what became of its disk or its folder: no fault of ours to report."""


class Recorder:
    """The log of a run and the beat of its lock. While the disk is full no step runs."""

    def __init__(self, run: RunDir, lock: TrainerLock, signals: Signals, disk: Disk) -> None:
        self.log = EventLog(run.events, disk)
        self._printed = run.trainer_log
        self._lock = lock
        self._signals = signals
        self._orders = Orders(run, disk)
        self._beaten = 0.0
        self._waits: list[Warned] = []
        """For a full disk, and not told yet: the log may still have to begin."""

    @property
    def stopping(self) -> bool:
        """Whether the run is to be stopped."""
        return self._signals.stop

    def say(self, events: Sequence[AnyEvent]) -> None:
        """Put events in the log; they are written now or soon."""
        for event in (*events, *self._waits):
            self.log.add(event)
        self._waits.clear()
        if self.log.is_due:
            self.flush()

    def flush(self) -> None:
        """All that was said is in the file when this returns. Raises OSError, Hindered."""
        self.insist(self.log.flush)
        self.say(())

    def insist(self, write: Callable[[], Written]) -> Written:
        """Write, and while the disk is full wait and write again; what `write` gives.

        Raises Hindered if the run is to be stopped meanwhile, OSError for other faults.
        """
        began = time.monotonic()
        waited = False
        while True:
            try:
                written = write()
                break
            except OSError as error:
                if error.errno not in FULL:
                    raise
                waited = True
                self._wait()
        if waited:
            seconds = time.monotonic() - began
            self._waits.append(
                Warned(sentence=f"the disk was full; training waited {seconds:.0f} s")
            )
        return written

    def beat(self) -> None:
        """Show observers on other hosts that we live. Raises Hindered if nothing can be shown."""
        now = time.monotonic()
        if now - self._beaten >= BEAT_EVERY:
            self._beaten = now
            with contextlib.suppress(OSError):  # a full disk must not look like a death
                self._lock.beat()
            with contextlib.suppress(OSError):
                _shorten(self._printed)
            if self.log.is_gone:
                raise Hindered("events.jsonl was removed, moved or replaced while it was written")

    def _wait(self) -> None:
        until = time.monotonic() + RETRY_EVERY
        while time.monotonic() < until:
            self.beat()
            orders = [order for _, order in self._orders.look()]
            asked = any(not isinstance(order, str) and order.command == "stop" for order in orders)
            if asked or self._signals.stop:
                raise Hindered("the disk is full, and the run was stopped without a checkpoint")
            time.sleep(NAP)


def _shorten(path: Path) -> None:
    """Leave nothing but its end of a long file that this process prints into."""
    if path.stat().st_size > MAX_PRINTED:
        end = read_tail(path).encode()
        with os.fdopen(open_regular(path, os.O_RDWR | os.O_NOFOLLOW), "r+b") as file:
            file.truncate(0)
            file.write(end)
