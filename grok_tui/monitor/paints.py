"""Colours of pictures: ramps, kinds and a wheel, and two of them in one cell, upper and lower half.

A paint is a small number; its role is `INK + paint` where it colours a character, and `pair` of two
where a half block shows one above the other. All are told apart by people who see few colours:
ramps differ in lightness, kinds in blue and orange. Where there are no colours, or sixteen, each
paint is a character.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Cell, Grid

INK, PAIRS, PAINTS = 300, 1024, 64
"""Roles of paints and of pairs; how many paints there may be."""
SIGNED = 0
"""The first of eleven: the most negative to the most positive, nothing in the middle."""
LEVELS = 5
AMOUNT = 11
"""The first of ten: nothing to all."""
AMOUNTS = 10
RIGHT, WRONG, TRAINED_RIGHT, TRAINED_WRONG, UNUSED = 21, 22, 23, 24, 25
WHEEL = 26
"""The first of twelve around the colours, where the last is next to the first."""
WHEELS = 12
HEAT = 38
"""The first of ten from low to high, near those of viridis on every ground."""
HEATS = 10
NEVER = 48
"""What was never reached."""
PALE, BLACK = 49, 50
"""Words on the lower half of the heat, and on the upper."""
GROUND = 51
"""The ground itself: nothing is there."""
_HEAT = (53, 54, 55, 24, 30, 36, 77, 148, 184, 226)
DARK = (
    153, 75, 32, 25, 17, 16, 52, 94, 172, 214, 223,
    16, 17, 18, 24, 25, 31, 38, 80, 123, 195,
    45, 208, 24, 94, 234,
    196, 202, 214, 226, 154, 47, 43, 51, 39, 69, 135, 199,
    *_HEAT, 240, 231, 16,
)  # fmt: skip
"""xterm-256 colours on a dark ground."""
LIGHT = (
    18, 25, 32, 75, 153, 231, 223, 215, 208, 130, 94,
    231, 195, 153, 117, 75, 38, 32, 25, 19, 17,
    26, 208, 152, 223, 254,
    160, 130, 94, 58, 28, 29, 23, 24, 25, 57, 91, 126,
    *_HEAT, 250, 231, 16,
)  # fmt: skip
"""The same on a light ground."""
FEW = (
    *(14,) * 5, 8, *(11,) * 5,
    *(15,) * 10,
    14, 11, 6, 3, 8,
    9, 9, 11, 11, 10, 10, 14, 14, 12, 12, 13, 13,
    *(15,) * 13,
)  # fmt: skip
"""The same of a terminal's own sixteen, where paints are characters."""
FEW_LIGHT = (
    *(4,) * 5, 8, *(1,) * 5,
    *(0,) * 10,
    4, 1, 12, 9, 8,
    1, 1, 9, 9, 0, 0, 8, 8, 12, 12, 4, 5,
    *(0,) * 13,
)  # fmt: skip
PLAIN = "%=~-. '+*#@" + " .:-=+*#%@" + "#.+- " + "abcdefghijkl" + "0123456789x  "
"""A character for each."""
UPPER, LOWER = "\u2580", "\u2584"


def colours(light: bool = False, few: bool = False) -> Sequence[int]:
    """The xterm-256 colour of each paint but the ground; `few`: of a terminal's own sixteen."""
    if few:
        return FEW_LIGHT if light else FEW
    return LIGHT if light else DARK


def pair(paint: int, ground: int) -> int:
    """The role of a half block in the first paint on a ground of the second."""
    return PAIRS + paint * PAINTS + ground


def halves(role: int) -> tuple[int, int] | None:
    """The paint of a half block and that of its ground; None for a role that is no pair."""
    return divmod(role - PAIRS, PAINTS) if role >= PAIRS else None


def signed(level: int, most: int) -> int:
    """The paint of a level from -most to most."""
    part = max(-LEVELS, min(LEVELS, round(LEVELS * level / most)))
    return SIGNED + LEVELS + part


def amount(share: float) -> int:
    """The paint of a share from 0 to 1."""
    return AMOUNT + max(0, min(AMOUNTS - 1, int(share * AMOUNTS)))


def heat(share: float) -> int:
    """The paint of a place on a scale from 0 to 1."""
    return HEAT + max(0, min(HEATS - 1, int(share * HEATS)))


def on_heat(paint: int) -> int:
    """The paint of words on this one."""
    return PALE if paint < HEAT + HEATS // 2 else BLACK


def wheel(turn: float) -> int:
    """The paint of a part of a turn: 0 and 1 are the same."""
    return WHEEL + int(turn % 1.0 * WHEELS) % WHEELS


def to_cells(pixels: Sequence[Sequence[int]], plain: bool) -> Grid:
    """Rows of paints as cells: two rows in one of cells, or a character for each if plain."""
    if plain:
        return [[_signed(paint) for paint in row] for row in pixels]
    bottom = [GROUND] * (len(pixels[0]) if pixels else 0)
    return [
        [_cell(*paints) for paints in zip(upper, lower, strict=True)]
        for upper, lower in zip(pixels[::2], [*pixels[1::2], bottom], strict=False)
    ]


def _cell(upper: int, lower: int) -> Cell:
    """The ground is nobody's ink: where it is above, the lower half is drawn on it."""
    if upper == GROUND:
        return (" ", None) if lower == GROUND else (LOWER, pair(lower, GROUND))
    return UPPER, pair(upper, lower)


def _signed(paint: int) -> Cell:
    character = PLAIN[paint] if paint < len(PLAIN) else " "
    return (character, INK + paint) if character != " " else (" ", None)
