"""Messages about sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.ui.survey import Survey
    from grok_tui.ui.sweepservices import Entry


@dataclass
class OpenSweep(Message):
    """Show this sweep."""

    sweep: SweepDir


@dataclass
class SweepLooked(Message):
    """A sweep as a thread has seen it; a newer look makes an older one needless."""

    survey: Survey

    def can_replace(self, message: Message) -> bool:
        """Only the newest look counts."""
        return isinstance(message, SweepLooked)


@dataclass
class SweepsRead(Message):
    """The sweeps of a folder as a thread has read them, newest first."""

    entries: Sequence[Entry]
    took: float


@dataclass
class SweepPriced(Message):
    """What an extension would add to a sweep, in words; nothing: it has all of it already."""

    design: Design
    words: str


@dataclass
class CellOpened(Message):
    """The runs of this cell, by its number, are to be shown."""

    number: int


@dataclass
class ArmPointed(Message):
    """The map of this arm was clicked."""

    arm: str
