"""What the operating system asks of the trainer: handlers set a flag and return."""

from __future__ import annotations

import faulthandler
import os
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

IMPATIENT = 5.0
"""A second SIGTERM within this many seconds ends the process at once."""


class Signals:
    """Flags that are looked at between steps."""

    def __init__(self) -> None:
        self.stop = False
        self.checkpoint = False
        self._last_term = -IMPATIENT

    def install(self) -> None:
        """Take SIGINT, SIGTERM and SIGUSR1; ignore SIGHUP and SIGPIPE.

        SIGUSR2 asks where it is, for one that hangs: the answer stands in trainer.log.
        """
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGUSR1, self._on_checkpoint)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        faulthandler.register(signal.SIGUSR2, file=2)  # that of the process, whatever sys says

    def _on_stop(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if number == signal.SIGTERM:
            if now - self._last_term < IMPATIENT:
                os._exit(128 + number)
            self._last_term = now
        self.stop = True

    def _on_checkpoint(self, _number: int, _frame: FrameType | None) -> None:
        self.checkpoint = True
