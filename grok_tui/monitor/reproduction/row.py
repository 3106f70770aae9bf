"""A claim of the papers, as a row of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grok_tui.monitor.reproduction.delay import Rule


@dataclass(frozen=True)
class Row:
    """One claim."""

    figures: tuple[str, ...]
    """What it answers to: figures, tables, claims of version 1 and 2; the first is its own name."""
    claim: str
    """What is claimed, in one sentence."""
    paper: str
    """The papers' numbers, in words."""
    presets: tuple[str, ...]
    """The runs that it rests on; of the published setting `-paper` is added."""
    rule: Rule
    wanted: str
    """When it counts as reproduced, in words; empty: numbers are reported, nothing is asked."""
    plotted: str
    """What its picture shows."""

    @property
    def name(self) -> str:
        """Its own name, and that of its picture."""
        return self.figures[0]
