"""Characters where a terminal lacks them: the shape stays, and so does the width."""

from __future__ import annotations

import pytest

from grok_tui.monitor.charset import Charset, chosen, spelled


@pytest.mark.parametrize(
    ("character", "block", "ascii_"),
    [
        ("⣿", "█", ":"),
        ("⠉", "▀", "'"),
        ("⣀", "▄", "."),
        ("⡇", "▌", ":"),
        ("⢸", "▐", ":"),
        ("⠁", "▘", "'"),
        ("⠀", " ", " "),
        ("┤", "┤", "+"),
        ("░", "░", "%"),
        ("▂", "▂", "_"),
        ("▇", "▇", "="),
        ("╭", "╭", "+"),
        ("━", "━", "-"),
        ("▶", "▶", ">"),
        ("✓", "✓", "v"),
        ("é", "é", "e"),
        ("表", "表", "??"),
        ("\uff21", "\uff21", "??"),
        ("\u0301", "\u0301", ""),
        ("A", "A", "A"),
    ],
)
def test_each_character_has_a_stand_in(character: str, block: str, ascii_: str) -> None:
    assert spelled(character, "braille") == character
    assert spelled(character, "block") == block
    assert spelled(character, "ascii") == ascii_


@pytest.mark.parametrize(
    ("wanted", "environment", "encoding", "charset"),
    [
        ("auto", {}, "utf-8", "braille"),
        ("auto", {}, "iso8859-1", "ascii"),
        ("auto", {}, "ascii", "ascii"),
        ("auto", {"LC_ALL": "C"}, "utf-8", "ascii"),
        ("auto", {"LC_ALL": "de_DE.UTF-8"}, "UTF8", "braille"),
        ("auto", {"TERM": "linux"}, "utf-8", "ascii"),
        ("block", {"LC_ALL": "C"}, "ascii", "block"),
        ("ascii", {}, "utf-8", "ascii"),
        ("braille", {"TERM": "linux"}, "utf-8", "braille"),
    ],
)
def test_the_surroundings_choose_unless_somebody_does(
    wanted: str, environment: dict[str, str], encoding: str, charset: Charset
) -> None:
    assert chosen(wanted, environment, encoding) == charset
