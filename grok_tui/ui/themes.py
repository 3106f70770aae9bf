"""Colours, from the 256-colour cube (ssh seldom forwards COLORTERM), and which to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import Theme

if TYPE_CHECKING:
    from grok_tui.ui.terminal import Terminal

DARK = Theme(
    name="grok-dark",
    dark=True,
    background="#121212",
    surface="#121212",
    panel="#262626",
    foreground="#d0d0d0",
    primary="#5fafff",
    secondary="#87afd7",
    accent="#5fafff",
    warning="#d7af5f",
    error="#ff8787",
    success="#5faf87",
    variables={
        "muted": "#949494",
        "rule": "#444444",
        "cursor": "#303030",
        "cursor-focused": "#005f87",
        "on-cursor": "#ffffff",
    },
)
LIGHT = Theme(
    name="grok-light",
    dark=False,
    background="#ffffff",
    surface="#ffffff",
    panel="#e4e4e4",
    foreground="#303030",
    primary="#005faf",
    secondary="#5f87af",
    accent="#005faf",
    warning="#875f00",
    error="#af0000",
    success="#00875f",
    variables={
        "muted": "#6c6c6c",
        "rule": "#bcbcbc",
        "cursor": "#e4e4e4",
        "cursor-focused": "#afd7ff",
        "on-cursor": "#000000",
    },
)
ANSI = {
    "muted": "ansi_default",
    "rule": "ansi_bright_black",
    "cursor": "ansi_default",
    "cursor-focused": "ansi_blue",
    "on-cursor": "ansi_bright_white",
}
"""The same names where the terminal's own sixteen colours are used."""

_OTHER = {
    "grok-dark": "grok-light",
    "grok-light": "grok-dark",
    "ansi-dark": "ansi-light",
    "ansi-light": "ansi-dark",
}


NAMED = {
    "dark": "grok-dark",
    "light": "grok-light",
    "ansi-dark": "ansi-dark",
    "ansi-light": "ansi-light",
}
"""The themes, by what they are asked for as."""


def first(terminal: Terminal, color_system: str | None, no_color: bool) -> str:
    """The theme to begin with: the one that is asked for, else by what the terminal can show."""
    if terminal.theme:
        return terminal.theme
    many = color_system in ("256", "truecolor") and not no_color and not terminal.thrifty
    return f"{'grok' if many else 'ansi'}-{'light' if terminal.light else 'dark'}"


def other(name: str) -> str:
    """Light for dark and dark for light, of the same kind."""
    return _OTHER.get(name, "grok-dark")
