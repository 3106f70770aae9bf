"""Which arms of a run are drawn, and which lies on top: shared by its panes, changed by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Selection:
    """Arms by name. Whoever changes it posts `SelectionChanged`, so that charts draw anew."""

    def __init__(self) -> None:
        self.hidden: frozenset[str] = frozenset()
        self.pinned = ""
        """Drawn last; empty: the first arm is."""

    def shows(self, arm: str) -> bool:
        """Whether an arm is drawn."""
        return arm not in self.hidden

    def toggle(self, arm: str) -> None:
        """Show for hide, hide for show."""
        self.hidden ^= {arm}

    def isolate(self, arm: str, arms: Iterable[str]) -> None:
        """Show this one of the arms alone; all of them again if it is alone already."""
        others = frozenset(arms) - {arm}
        self.hidden = frozenset() if self.hidden == others else others

    def pin(self, arm: str) -> None:
        """Draw it on top, or no more."""
        self.pinned = "" if self.pinned == arm else arm
