"""Colours, from the 256-colour cube (ssh seldom forwards COLORTERM), and which to begin with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.theme import BUILTIN_THEMES, Theme

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
        "on-primary": "#121212",
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
    secondary="#005f87",
    accent="#005faf",
    warning="#875f00",
    error="#af0000",
    success="#00875f",
    variables={
        "muted": "#626262",
        "rule": "#bcbcbc",
        "cursor": "#e4e4e4",
        "cursor-focused": "#afd7ff",
        "on-cursor": "#000000",
        "on-primary": "#ffffff",
    },
)


def _ansi(name: str) -> Theme:
    """Textual's theme of the terminal's own sixteen colours, of those that are read on its ground.

    It has blue for keys and titles on black, and yellow and green for words on white.
    """
    base = BUILTIN_THEMES[name]
    info = "ansi_bright_cyan" if base.dark else "ansi_blue"
    return replace(
        base,
        primary=info,
        accent=info,
        warning="ansi_bright_yellow" if base.dark else "ansi_magenta",
        error="ansi_bright_red" if base.dark else "ansi_red",
        success="ansi_bright_green" if base.dark else "ansi_default",
        variables={
            **base.variables,
            "muted": "ansi_default",
            "rule": "ansi_bright_black",
            "cursor": "ansi_default",
            "cursor-focused": "ansi_blue",
            "on-cursor": "ansi_bright_white",
            "on-primary": "ansi_black" if base.dark else "ansi_bright_white",
            "border": info,
            "input-selection-background": "ansi_cyan",
            "input-selection-foreground": "ansi_black",
        },
    )


ANSI_DARK = _ansi("ansi-dark")
ANSI_LIGHT = _ansi("ansi-light")
THEMES = (DARK, LIGHT, ANSI_DARK, ANSI_LIGHT)
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
