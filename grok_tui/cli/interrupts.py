"""SIGINT and SIGTERM while something is followed that goes on by itself."""

from __future__ import annotations

import signal
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

from grok_tui.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

Self = TypeVar("Self", bound="Interrupts")
ONE_TERM = 1.0
"""Seconds within which two SIGTERM are one: timeout(1) sends it to a process and to its group."""


class Interrupts(ABC):
    """The first is kept, for whoever looks; the second leaves at once.

    SIGHUP keeps its default: this process ends, and what it follows, in a session of its own, does
    not hear of it.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.wanted = False
        """Whether there was one."""
        self.clock = clock
        self._heard_at = float("-inf")
        self._before: dict[signal.Signals, object] = {}

    @abstractmethod
    def leave(self) -> str:
        """Do what is to be done before we leave; the sentence with which we do."""

    def __enter__(self: Self) -> Self:
        for number in self.SIGNALS:
            self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        echo = number == signal.SIGTERM and self.clock() - self._heard_at < ONE_TERM
        if self.wanted and echo:
            return
        self._heard_at = self.clock()
        if self.wanted:
            raise Interrupted(self.leave())
        self.wanted = True
