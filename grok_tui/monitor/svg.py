"""A grid of cells as an SVG: the picture of a terminal, on white for print, with no font to need.

Dots, blocks, shades and rules are drawn as shapes; only words are text, each as wide as its cells.
Lines are told apart by their letters and patterns, as on a screen.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.inks import palette
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from grok_tui.monitor.figures import Cell, Grid

WIDTH, HEIGHT = 10, 20
"""Pixels of a cell."""
MARGIN = 10
PAPER, INK = "#ffffff", "#262626"
_BASELINE = 15
_FONT = 'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="16"'
_LEVELS = (0, 95, 135, 175, 215, 255)
_SYSTEM = (
    "000000800000008000808000000080800080008080c0c0c0"
    "808080ff000000ff00ffff000000ffff00ff00ffffffffff"
)
"""The sixteen colours of a terminal, six digits each."""
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of the dot that each bit of a braille character is."""
_ARMS = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud",
    "┬": "lrd", "┴": "lru", "┼": "lrud", "╴": "l", "╶": "r", "━": "lr", "╸": "l", "╺": "r",
    "┊": "ud", "┄": "lr", "┈": "lr",
}  # fmt: skip
"""Where a rule runs from the middle of its cell: left, right, up, down."""
_THICK = frozenset("━╸╺")
_BROKEN = frozenset("┊┄┈")
_WAYS = {"l": (-WIDTH // 2, 0), "r": (WIDTH // 2, 0), "u": (0, -HEIGHT // 2), "d": (0, HEIGHT // 2)}
_SHADES = {"░": 0.2, "▒": 0.45, "▓": 0.7}
_BLANK = ("", " ", "\u2800")
_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"

Piece = tuple[str, str, str]
"""How something is drawn, its ink, and its part of a path or of a text."""
_STYLES = {
    **{f"shade {level}": f'fill="{{}}" fill-opacity="{level}"' for level in _SHADES.values()},
    "box": 'fill="{}"',
    "broken": 'fill="none" stroke="{}" stroke-width="1.4" stroke-dasharray="2 3"',
    "rule": 'fill="none" stroke="{}" stroke-width="1.4"',
    "thick": 'fill="none" stroke="{}" stroke-width="4"',
    "dot": 'fill="none" stroke="{}" stroke-width="3.6" stroke-linecap="round"',
    "word": 'fill="{}" ' + _FONT,
}


def to_svg(
    grid: Grid, title: str, inks: Mapping[int, str] | None = None, heading: Iterable[str] = ()
) -> str:
    """The grid as the text of an SVG file, with lines of heading above it.

    `inks` are colours (#rrggbb) by role; without them those of arms on a light ground. What has
    none is near black. The title is not drawn: browsers show it, screen readers read it.
    """
    found = dict(enumerate(map(colour, palette(light=True)))) if inks is None else inks
    above: Grid = [[(character, None) for character in safe(line, 400)] for line in heading]
    rows = [*above, *grid]
    width = max(map(len, rows), default=0) * WIDTH + 2 * MARGIN
    height = len(rows) * HEIGHT + 2 * MARGIN
    pieces = [piece for y, row in enumerate(rows) for piece in _row(row, y, found)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escaped(safe(title, 200))}</title>",
            f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
            f'<g transform="translate({MARGIN} {MARGIN})">',
            *_drawn(pieces),
            "</g>",
            "</svg>",
            "",
        ]
    )


def colour(number: int) -> str:
    """An xterm-256 colour as #rrggbb."""
    if number < 16:
        return f"#{_SYSTEM[6 * number : 6 * number + 6]}"
    if number >= 232:
        return "#" + 3 * f"{8 + 10 * (number - 232):02x}"
    red, rest = divmod(number - 16, 36)
    green, blue = divmod(rest, 6)
    return f"#{_LEVELS[red]:02x}{_LEVELS[green]:02x}{_LEVELS[blue]:02x}"


def _drawn(pieces: list[Piece]) -> Iterator[str]:
    """One path for all shapes of a kind and an ink, pale ones first; words on top."""
    order = list(_STYLES)
    by_kind = sorted(pieces, key=lambda piece: (order.index(piece[0]), piece[1]))
    for (kind, ink), group in groupby(by_kind, key=lambda piece: piece[:2]):
        if kind == "word":
            yield f"<g {_STYLES[kind].format(ink)}>"
            yield from (part for _, _, part in group)
            yield "</g>"
        else:
            path = "".join(part for _, _, part in group)
            yield f'<path d="{path}" {_STYLES[kind].format(ink)}/>'


def _row(row: list[Cell], y: int, inks: Mapping[int, str]) -> Iterator[Piece]:
    word, start, ink = "", 0, ""
    for x, (character, role) in enumerate([*row, (" ", None)]):
        two = None if role is None else paints.halves(role)
        of = INK if role is None else inks.get(paints.INK + two[0] if two else role, INK)
        if two and two[1] != paints.GROUND:
            under = y * HEIGHT + (HEIGHT // 2 if character == paints.UPPER else 0)
            ground = inks.get(paints.INK + two[1], INK)
            yield "box", ground, _box(x * WIDTH, under, WIDTH, HEIGHT // 2)
        shapes = list(_shapes(character, x * WIDTH, y * HEIGHT)) if character > "~" else []
        if word and (shapes or character in _BLANK[1:] or of != ink):
            yield "word", ink, _text(word, start, x - start, y)
            word = ""
        if shapes:
            yield from ((kind, of, part) for kind, part in shapes)
        elif character not in _BLANK:
            if not word:
                start, ink = x, of
            word += character


def _shapes(character: str, x: int, y: int) -> Iterator[tuple[str, str]]:
    """A character that is no word, as parts of paths."""
    if "\u2800" <= character <= "\u28ff":
        yield from _braille(ord(character) - 0x2800, x, y)
    elif character in _ARMS:
        kind = "thick" if character in _THICK else "broken" if character in _BROKEN else "rule"
        for arm in _ARMS[character]:
            across, down = _WAYS[arm]
            yield kind, f"M{x + WIDTH // 2} {y + HEIGHT // 2}l{across} {down}"
    elif character in _SHADES:
        yield f"shade {_SHADES[character]}", _box(x, y, WIDTH, HEIGHT)
    elif "\u2580" <= character <= "\u259f":
        yield from (("box", part) for part in _blocks(character, x, y))


def _braille(dots: int, x: int, y: int) -> Iterator[tuple[str, str]]:
    for bit, (column, row) in enumerate(_DOTS):
        if dots >> bit & 1:
            yield "dot", f"M{x + 5 * column + 2.5:g} {y + 5 * row + 2.5:g}h0"


def _blocks(character: str, x: int, y: int) -> Iterator[str]:
    if character in _QUADRANTS:
        for bit in range(4):
            if _QUADRANTS.index(character) >> bit & 1:
                left, top = x + bit % 2 * WIDTH // 2, y + bit // 2 * HEIGHT // 2
                yield _box(left, top, WIDTH // 2, HEIGHT // 2)
    elif character < "\u2588":  # eighths, from below
        tall = HEIGHT * (ord(character) - 0x2580) / 8
        yield _box(x, y + HEIGHT - tall, WIDTH, tall)
    else:  # from the left
        yield _box(x, y, WIDTH * max(0, 0x2590 - ord(character)) / 8, HEIGHT)


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"


def _text(word: str, column: int, cells: int, row: int) -> str:
    at = f'x="{column * WIDTH}" y="{row * HEIGHT + _BASELINE}"'
    return (
        f'<text {at} textLength="{cells * WIDTH}" lengthAdjust="spacingAndGlyphs">'
        f"{escaped(word)}</text>"
    )


def escaped(text: str) -> str:
    """The text as it may stand in a file of XML."""
    for character, entity in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(character, f"&{entity};")
    return text
