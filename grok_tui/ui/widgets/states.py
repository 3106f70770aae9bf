"""The state of a run as a glyph, a word and a colour, the same on every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.milestones import age as age
from grok_tui.monitor.text import columns, safe
from grok_tui.ui.widgets.paper import BAD, DIM, GOOD, INFO, WARN

if TYPE_CHECKING:
    from grok_tui.monitor.watch import State

GLYPHS: dict[State, str] = {
    "starting": "◌",
    "running": "▶",
    "paused": "‖",
    "finished": "✓",
    "stopped": "■",
    "failed": "✗",
    "interrupted": "!",
}
COLOURS: dict[State, str] = {
    "starting": "primary",
    "running": "primary",
    "paused": "warning",
    "finished": "success",
    "stopped": "muted",
    "failed": "error",
    "interrupted": "warning",
}
"""Names of theme colours."""
INKS: dict[State, int] = {
    "starting": INFO,
    "running": INFO,
    "paused": WARN,
    "finished": GOOD,
    "stopped": DIM,
    "failed": BAD,
    "interrupted": WARN,
}
"""The same as roles of what is written on paper."""
STANDING: dict[State, str] = {
    "starting": "is starting",
    "running": "is running",
    "paused": "is paused",
    "finished": "has finished",
    "stopped": "is stopped",
    "failed": "has failed",
    "interrupted": "was interrupted",
}
"""How a run stands, for the end of a sentence."""
CAN_RESUME: tuple[State, ...] = ("stopped", "interrupted", "failed")
"""The states that a run can be taken on from."""


def in_words(state: State) -> str:
    """The state with its glyph, 13 columns wide."""
    return f"{GLYPHS[state]} {state:<11}"


def padded(text: str, width: int) -> str:
    """Foreign text made safe and exactly so many columns wide."""
    text = safe(text, width)
    return text + " " * (width - columns(text))
