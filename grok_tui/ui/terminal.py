"""How the terminal at hand is to be used: how often, how richly, in which characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.charset import Charset, chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

REFRESH = 0.5
"""Seconds between two pictures of a run that trains."""
SELDOM = 1.0
"""The same on a bad line."""
_LIGHT_GROUNDS = ("7", "15")
"""White, as COLORFGBG numbers it."""


@dataclass(frozen=True)
class Terminal:
    """What was asked for, and what the surroundings tell."""

    refresh: float = REFRESH
    """Seconds between two pictures."""
    mouse: bool = True
    charset: Charset = "braille"
    theme: str = ""
    """Empty: by the colours that the terminal has."""
    light: bool = False
    """Whether its ground is light, as far as anybody tells."""
    thrifty: bool = False
    """The line is bad: the terminal's own colours take the fewest bytes."""


def settle(
    terminal: Terminal, charset: str, environment: Mapping[str, str], encoding: str
) -> Terminal:
    """These settings with what the surroundings add: characters and ground.

    `encoding` is that of the stream that is drawn on.
    """
    ground = environment.get("COLORFGBG", "").rpartition(";")[2]
    return Terminal(
        refresh=max(terminal.refresh, SELDOM) if terminal.thrifty else terminal.refresh,
        mouse=terminal.mouse and not terminal.thrifty,
        charset=chosen(charset, environment, encoding),
        theme=terminal.theme,
        light=ground in _LIGHT_GROUNDS,
        thrifty=terminal.thrifty,
    )
