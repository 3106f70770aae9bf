"""The claims of one folder, as the screen of the claims looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction import queue
from grok_tui.monitor.reproduction.report import FIGURES
from grok_tui.monitor.reproduction.standing import Standings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grok_tui.monitor.reproduction.runs import Variant
    from grok_tui.monitor.reproduction.standing import Standing

SEEDS = "3"
"""As many as the rules of the claims want, and `grok-tui reproduce` trains."""


class Claims:
    """Standings with the queue that works on them; belongs to the one thread that looks."""

    def __init__(self, folder: Path, variant: Variant) -> None:
        self.variant = variant
        self._folder = folder
        self._standings = Standings(folder, variant, SEEDS)

    def look(self, *, judge: bool = True) -> tuple[Standing, ...]:
        """How every claim stands now; without `judge` sooner, but only which runs there are."""
        return self._standings.look(queue.waiting(self._folder, self.variant), judge=judge)

    def said(self) -> str:
        """The last words of the queue; empty if there never was one."""
        return queue.last_words(self._folder, self.variant)


def reproduce(folder: Path, figures: Sequence[str], variant: Variant) -> None:
    """Make what is missing of these figures, of all if none are named. Raises RunError."""
    queue.start(folder, figures, variant, SEEDS, "auto")


def figure(folder: Path, variant: Variant, name: str) -> Path | None:
    """The picture of a claim, if it was drawn."""
    path = folder / f"reproduction-{variant}" / FIGURES / f"{name}.svg"
    return path if path.is_file() else None
