"""Paints: ramps that keep their order, and two paints in a cell."""

from __future__ import annotations

import pytest

from grok_tui.monitor import paints
from grok_tui.monitor.paints import GROUND, INK, LOWER, UPPER, pair
from grok_tui.monitor.svg import colour, to_svg


def lightness(number: int) -> float:
    """Of an xterm-256 colour, 0 to 255, as people see it."""
    red, green, blue = (int(colour(number)[at : at + 2], 16) for at in (1, 3, 5))
    return 0.30 * red + 0.59 * green + 0.11 * blue


def test_every_paint_has_two_colours_and_a_character() -> None:
    assert len(paints.DARK) == len(paints.LIGHT) == len(paints.PLAIN) == GROUND
    assert len(set(paints.PLAIN[: paints.AMOUNT])) == paints.AMOUNT


@pytest.mark.parametrize("light", [False, True])
def test_more_stands_out_more(light: bool) -> None:
    found = [lightness(number) for number in paints.colours(light)]
    amounts = found[paints.AMOUNT : paints.AMOUNT + paints.AMOUNTS]
    assert amounts == sorted(amounts, reverse=light)
    middle = paints.SIGNED + paints.LEVELS
    for side in (found[middle : paints.AMOUNT], found[middle::-1]):
        assert side == sorted(side, reverse=light)


@pytest.mark.parametrize("light", [False, True])
def test_heat_rises_in_lightness_and_words_stand_out_on_it(light: bool) -> None:
    found = [lightness(number) for number in paints.colours(light)]
    heat = found[paints.HEAT : paints.HEAT + paints.HEATS]
    assert heat == sorted(heat)
    assert len({*heat}) == paints.HEATS
    for paint in range(paints.HEAT, paints.HEAT + paints.HEATS):
        assert abs(found[paints.on_heat(paint)] - found[paint]) > 90
    assert [paints.heat(share) - paints.HEAT for share in (-1.0, 0.0, 0.55, 1.0)] == [0, 0, 5, 9]


def test_levels_and_shares_have_their_paints() -> None:
    assert [paints.signed(level, 127) for level in (-127, -20, 0, 3, 127)] == [0, 4, 5, 5, 10]
    assert [paints.amount(share) for share in (0.0, 0.09, 0.55, 1.0)] == [11, 11, 16, 20]
    assert paints.wheel(0.0) == paints.wheel(1.0) == paints.WHEEL
    assert paints.wheel(0.999) == paints.WHEEL + 11


def test_two_rows_of_pixels_are_one_of_cells() -> None:
    grid = paints.to_cells([[1, GROUND], [2, 3], [4, GROUND]], plain=False)
    assert grid == [
        [(UPPER, pair(1, 2)), (LOWER, pair(3, GROUND))],
        [(UPPER, pair(4, GROUND)), (" ", None)],
    ]
    assert paints.halves(pair(1, 2)) == (1, 2)
    assert paints.halves(paints.INK + 1) is None


def test_without_colours_a_pixel_is_a_character() -> None:
    row = [paints.RIGHT, paints.WRONG, GROUND, paints.amount(1.0)]
    assert paints.to_cells([row], plain=True) == [
        [
            ("#", INK + paints.RIGHT),
            (".", INK + paints.WRONG),
            (" ", None),
            ("@", INK + paints.amount(1.0)),
        ]
    ]


def test_both_halves_are_drawn_in_a_picture() -> None:
    inks = {paints.INK + 1: "#111111", paints.INK + 2: "#222222"}
    drawn = to_svg([[(UPPER, pair(1, 2)), (LOWER, pair(1, 2))]], "two", inks)
    assert 'd="M0 10h10v10h-10zM10 0h10v10h-10z" fill="#222222"' in drawn  # below, then above
    assert drawn.count('fill="#111111"') == 1
