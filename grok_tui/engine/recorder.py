"""Keeps what happens: the log, written in time, and patience with a full disk."""

from __future__ import annotations

import contextlib
import errno
import time
from typing import TYPE_CHECKING

from grok_tui.engine.log import EventLog
from grok_tui.engine.orders import Orders
from grok_tui.errors import RunFailed
from grok_tui.protocol.events import AnyEvent, Warned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grok_tui.engine.signals import Signals
    from grok_tui.protocol.disk import Disk
    from grok_tui.protocol.rundir import RunDir, TrainerLock

BEAT_EVERY = 5.0
RETRY_EVERY = 5.0
FULL = (errno.ENOSPC, errno.EDQUOT)
NAP = 0.05


class Recorder:
    """The log of a run and the beat of its lock. While the disk is full no step runs."""

    def __init__(self, run: RunDir, lock: TrainerLock, signals: Signals, disk: Disk) -> None:
        self.log = EventLog(run.events, disk)
        self._lock = lock
        self._signals = signals
        self._orders = Orders(run, disk)
        self._beaten = 0.0

    def say(self, events: Sequence[AnyEvent]) -> None:
        """Put events in the log; they are written now or soon."""
        for event in events:
            self.log.add(event)
        if self.log.is_due:
            self.flush()

    def flush(self) -> None:
        """All that was said is in the file when this returns. Raises OSError, RunFailed."""
        self.insist(self.log.flush)

    def insist(self, write: Callable[[], None]) -> None:
        """Write, and while the disk is full wait and write again.

        Raises RunFailed if the run is to be stopped meanwhile, OSError for other faults.
        """
        began = time.monotonic()
        waited = False
        while True:
            try:
                write()
                break
            except OSError as error:
                if error.errno not in FULL:
                    raise
                waited = True
                self._wait()
        if waited:
            seconds = time.monotonic() - began
            self.log.add(Warned(sentence=f"the disk was full; training waited {seconds:.0f} s"))

    def beat(self) -> None:
        """Show observers on other hosts that we live. Raises RunFailed if nothing can be shown."""
        now = time.monotonic()
        if now - self._beaten >= BEAT_EVERY:
            self._beaten = now
            with contextlib.suppress(OSError):  # a full disk must not look like a death
                self._lock.beat()
            if self.log.is_gone:
                raise RunFailed("events.jsonl was removed, moved or replaced while it was written")

    def _wait(self) -> None:
        until = time.monotonic() + RETRY_EVERY
        while time.monotonic() < until:
            self.beat()
            orders = [order for _, order in self._orders.look()]
            asked = any(not isinstance(order, str) and order.command == "stop" for order in orders)
            if asked or self._signals.stop:
                raise RunFailed("the disk is full, and the run was stopped without a checkpoint")
            time.sleep(NAP)
