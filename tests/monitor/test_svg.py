"""SVG pictures: well formed whatever is in the grid, each cell where it belongs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Tree

import pytest

from grok_tui.monitor.inks import palette
from grok_tui.monitor.svg import colour, to_svg
from tests.fakes import HOSTILE_TITLE

if TYPE_CHECKING:
    from grok_tui.monitor.figures import Cell

SVG = "{http://www.w3.org/2000/svg}"


def read(text: str) -> Tree.Element:
    return Tree.fromstring(text)


def paths(text: str) -> list[tuple[str, dict[str, str]]]:
    return [(one.attrib["d"], one.attrib) for one in read(text).iter(f"{SVG}path")]


def words(text: str) -> list[tuple[str, str, str, str]]:
    return [
        (one.text or "", one.attrib["x"], one.attrib["y"], one.attrib["textLength"])
        for one in read(text).iter(f"{SVG}text")
    ]


def test_its_size_is_that_of_the_grid() -> None:
    found = read(to_svg([[(" ", None)] * 7] * 3, "seven by three"))
    assert (found.attrib["width"], found.attrib["height"]) == ("90", "80")
    assert [one.text for one in found.iter(f"{SVG}title")] == ["seven by three"]
    assert read(to_svg([], "nothing")).attrib["width"] == "20"


def test_words_stand_at_their_cells_and_are_as_wide() -> None:
    row: list[Cell] = [(c, None) for c in "ab cd"]
    row[3:] = [("c", 1), ("d", 1)]
    assert sorted(words(to_svg([row], "t", heading=["heads"]))) == [
        ("ab", "0", "35", "20"),
        ("cd", "30", "35", "20"),
        ("heads", "0", "15", "50"),
    ]


def test_a_wide_character_takes_both_of_its_cells() -> None:
    assert words(to_svg([[("表", None), ("", None), ("x", None)]], "t")) == [
        ("表x", "0", "15", "30")
    ]


def test_a_dot_of_braille_is_a_dot_at_its_place() -> None:
    (path, style) = paths(to_svg([[(" ", None), ("\u2880", 1)]], "t"))[0]
    assert path == "M17.5 17.5h0"  # lower right of the second cell
    assert style["stroke"] == colour(palette(light=True)[1])
    assert style["stroke-linecap"] == "round"


@pytest.mark.parametrize(
    ("character", "path"),
    [
        ("▀", "M0 0h5v10h-5zM5 0h5v10h-5z"),
        ("▂", "M0 15h10v5h-10z"),
        ("▎", "M0 0h2.5v20h-2.5z"),
        ("░", "M0 0h10v20h-10z"),
        ("└", "M5 10l5 0M5 10l0 -10"),
        ("━", "M5 10l-5 0M5 10l5 0"),
    ],
)
def test_blocks_and_rules_are_shapes(character: str, path: str) -> None:
    text = to_svg([[(character, 0)]], "t")
    assert [found for found, _ in paths(text)] == [path]
    assert not words(text)


def test_a_shade_is_pale_and_lies_below_lines() -> None:
    found = paths(to_svg([[("\u2801", 1), ("░", 2)]], "t"))
    assert found[0][1]["fill-opacity"] == "0.2"
    assert "stroke" in found[1][1]


def test_roles_have_the_inks_that_are_given() -> None:
    text = to_svg([[("x", 201), ("y", 5)]], "t", inks={201: "#123456"})
    assert re.findall(r'<g fill="(#\w+)"', text) == ["#123456", "#262626"]


def test_hostile_text_stays_text() -> None:
    row: list[Cell] = [(c, None) for c in '<script>&"']
    text = to_svg([row], HOSTILE_TITLE + "</title><script>", heading=[HOSTILE_TITLE])
    assert words(text)[-1][0] == '<script>&"'
    assert not list(read(text).iter(f"{SVG}script"))
    assert "\x1b" not in text


def test_colours_are_those_of_xterm() -> None:
    assert [colour(n) for n in (1, 9, 16, 21, 75, 196, 231, 232, 255)] == [
        "#800000",
        "#ff0000",
        "#000000",
        "#0000ff",
        "#5fafff",
        "#ff0000",
        "#ffffff",
        "#080808",
        "#eeeeee",
    ]
