"""Shots of networks that nobody trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.frames import Reel, _moves
from grok_tui.monitor.pictures.picture import Shot
from tests import frames as made

if TYPE_CHECKING:
    from grok_tui.monitor.figures import Grid
    from grok_tui.protocol.frames import Frame


def shot(*found: Frame, at: int = -1, plain: bool = False) -> Shot:
    """One frame of these; without any, of a network that has learnt."""
    frames = found or (made.frame(320),)
    return Shot(Reel(frames, _moves(frames)), at % len(frames), planned=1000, plain=plain)


def text(grid: Grid) -> list[str]:
    """The characters of each row."""
    return ["".join(character for character, _ in row) for row in grid]
