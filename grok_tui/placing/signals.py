"""What the operating system asks of a driver: handlers set a flag and return."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


class Signals:
    """A flag that is looked at between two looks at the packs."""

    def __init__(self) -> None:
        self.stop = False

    def install(self) -> None:
        """Take SIGINT and SIGTERM; ignore SIGHUP and SIGPIPE."""
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop = True
