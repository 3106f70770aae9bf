"""What stands for a character where a terminal, its font or its locale does not have it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

from grok_tui.monitor.text import columns

if TYPE_CHECKING:
    from collections.abc import Mapping

Charset = Literal["braille", "block", "ascii"]
CHARSETS: tuple[Charset, ...] = get_args(Charset)
_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By the quarters that are inked: upper left 1, upper right 2, lower left 4, lower right 8."""
_QUARTERS = (0b0000_0011, 0b0001_1000, 0b0100_0100, 0b1010_0000)
"""The dots of braille in each quarter."""
_SHAPES = {
    "|": "│┊║‖▏▎▍▌", "-": "─━═╴╶╸╺┄┈–—−", ".": "·•…◌", "#": "█▉▊▋■", "o": "●○□",  # noqa: RUF001
    ">": "▸▶►→", "<": "◀◂←", "^": "▲↑⇧", "v": "▼↓✓√", "x": "✗×", "'": "▀‘’°",  # noqa: RUF001
    '"': "“”„", "@": "◉", "_": "▁▂▃▄", "=": "▅▆▇", "%": "░▒▓", "~": "≈", "/": "÷", "+": "±",
    "u": "µ", "t": "τ", "s": "σ", "D": "Δ",  # noqa: RUF001
}  # fmt: skip
_PLAIN = {shape: plain for plain, shapes in _SHAPES.items() for shape in shapes}


def chosen(wanted: str, environment: Mapping[str, str], encoding: str) -> Charset:
    """The charset that is wanted; for `auto`, or anything unknown, what the surroundings can show.

    `encoding` is that of the stream that is drawn on. Without UTF-8 only ASCII is safe, and the
    font of the Linux console has no braille.
    """
    for charset in CHARSETS:
        if wanted == charset:
            return charset
    told = environment.get("LC_ALL", "").lower().replace("-", "")
    unicode = "utf8" in encoding.lower().replace("-", "") and (not told or "utf8" in told)
    return "braille" if unicode and environment.get("TERM") != "linux" else "ascii"


@lru_cache(maxsize=4096)
def spelled(character: str, charset: Charset) -> str:
    """The character in this charset, as many columns wide."""
    if charset == "braille" or character.isascii():
        return character
    if "\u2800" <= character <= "\u28ff":
        dots = ord(character) - 0x2800
        return _halves(dots) if charset == "ascii" else _quarters(dots)
    return character if charset == "block" else _ascii(character)


def _quarters(dots: int) -> str:
    return _QUADRANTS[sum(1 << bit for bit, mask in enumerate(_QUARTERS) if dots & mask)]


def _halves(dots: int) -> str:
    """A dot in the lower or the upper half, or both."""
    upper, lower = dots & 0b0001_1011, dots & 0b1110_0100
    return ":" if upper and lower else "'" if upper else "." if lower else " "


def _ascii(character: str) -> str:
    plain = _PLAIN.get(character)
    if plain is not None:
        return plain
    if "\u2500" <= character <= "\u257f":  # corners and crossings of boxes
        return "+"
    if "\u2580" <= character <= "\u259f":
        return "#"
    if unicodedata.combining(character):
        return ""
    base, width = unicodedata.normalize("NFKD", character)[:1], columns(character)
    return base if width == 1 and base.isascii() and base.isprintable() else "?" * width
