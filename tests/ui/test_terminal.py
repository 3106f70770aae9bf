"""Settings of the terminal: what is asked for, what the surroundings add."""

from __future__ import annotations

import pytest

from grok_tui.ui import themes
from grok_tui.ui.terminal import Terminal, settle

UTF8: tuple[dict[str, str], str] = ({}, "utf-8")


def test_nothing_asked_for_and_nothing_told_is_the_default() -> None:
    assert settle(Terminal(), "auto", *UTF8) == Terminal()


def test_a_bad_line_is_drawn_on_seldom_and_without_a_mouse() -> None:
    settled = settle(Terminal(thrifty=True), "auto", *UTF8)
    assert (settled.refresh, settled.mouse, settled.thrifty) == (1.0, False, True)
    assert settle(Terminal(refresh=5.0, thrifty=True), "auto", *UTF8).refresh == 5.0
    assert settle(Terminal(refresh=5.0, mouse=False), "auto", *UTF8).refresh == 5.0


@pytest.mark.parametrize(
    ("told", "light"), [("15;0", False), ("0;15", True), ("0;default;7", True), ("", False)]
)
def test_the_ground_is_what_the_terminal_tells(told: str, light: bool) -> None:
    assert settle(Terminal(), "auto", {"COLORFGBG": told}, "utf-8").light is light


def test_characters_follow_the_stream_unless_they_are_chosen() -> None:
    assert settle(Terminal(), "auto", {}, "ascii").charset == "ascii"
    assert settle(Terminal(), "block", {}, "ascii").charset == "block"


@pytest.mark.parametrize(
    ("terminal", "colours", "no_color", "name"),
    [
        (Terminal(), "truecolor", False, "grok-dark"),
        (Terminal(), "256", False, "grok-dark"),
        (Terminal(light=True), "256", False, "grok-light"),
        (Terminal(), "standard", False, "ansi-dark"),
        (Terminal(light=True), "truecolor", True, "ansi-light"),
        (Terminal(thrifty=True), "truecolor", False, "ansi-dark"),
        (Terminal(theme="grok-light", thrifty=True), "standard", True, "grok-light"),
    ],
)
def test_the_first_theme_is_what_the_terminal_can_show(
    terminal: Terminal, colours: str, no_color: bool, name: str
) -> None:
    assert themes.first(terminal, colours, no_color) == name
