"""The one door that foreign text passes before a terminal: titles, names, errors, log lines."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LENGTH = 10_000
MAX_LINES = 2_000
MAX_MARKS = 3
FEWEST = 8
"""Columns that a shortened name keeps at least."""
REPLACEMENT = "\ufffd"
_REPLACED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_WIDENS = "\ufe0f"
"""Has some measure the character before it as two columns, others as one: it is left out."""
_MARKS = frozenset(("Mn", "Me", "Mc"))
_WHITE = str.maketrans("\t\n\r", "   ")


def safe(text: str, width: int = 200) -> str:
    """The text on one line, without a character that steers a terminal, at most `width` columns.

    Control, format, surrogate, private and unassigned characters become U+FFFD, tab and line end
    a space; wide characters count two columns, combining marks none and at most three in a row;
    what is cut ends with an ellipsis.
    """
    text = text[: min(len(text), MAX_LENGTH)].translate(_WHITE)
    if text.isascii() and text.isprintable():
        return text if len(text) <= width else _cut_ascii(text, width)
    return _cut(_clean(unicodedata.normalize("NFC", text.replace(_WIDENS, ""))), width)


def tamed(text: str) -> str:
    """The text, its lines kept, with a replacement for each character that steers a terminal.

    For what goes into fields: nothing is cut from it.
    """
    return "".join(
        REPLACEMENT if unicodedata.category(one) in _REPLACED and one != "\n" else one
        for one in text.replace(_WIDENS, "")
    )


def safe_lines(text: str, width: int = 200, lines: int = MAX_LINES) -> list[str]:
    """The same for text of several lines (tracebacks, logs); of more than `lines` the last."""
    kept = text[-MAX_LENGTH * 10 :].splitlines()[-lines:]
    return [safe(line.expandtabs(4), width) for line in kept]


def columns(text: str) -> int:
    """Columns that a text which passed `safe` takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def shortened(name: str, width: int) -> str:
    """A name in at most `width` columns, cut in the middle: names of a series differ at the end."""
    name = safe(name, MAX_LENGTH)
    if columns(name) <= width or width < 3:
        return safe(name, width)
    tail = (width - 1) // 2
    return f"{safe(name, width - tail)[:-1]}…{_last(name, tail)}"


def narrowed(rows: Sequence[Sequence[str]], width: int, gap: int = 2) -> list[tuple[str, ...]]:
    """Rows of a table whose first cells are shortened so that columns `gap` apart fit `width`."""
    widths = [max(map(columns, cells)) for cells in zip(*rows, strict=True)]
    room = width - sum(widths[1:]) - gap * (len(widths) - 1)
    return [(shortened(first, max(room, FEWEST)), *others) for first, *others in rows]


def _last(text: str, width: int) -> str:
    """As many of the last characters as take `width` columns at most."""
    start = len(text)
    while start and columns(text[start - 1 :]) <= width:
        start -= 1
    return text[start:]


def _cut_ascii(text: str, width: int) -> str:
    return text[: width - 1] + "…" if width > 0 else ""


def _clean(text: str) -> str:
    out: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        if category in _REPLACED:
            out.append(REPLACEMENT)
        elif marks <= MAX_MARKS:
            out.append(character)
    return "".join(out)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cut(text: str, width: int) -> str:
    if columns(text) <= width:
        return text
    if width <= 0:
        return ""
    end, left = 0, width - 1
    while (left := left - _columns(text[end])) >= 0:
        end += 1
    return text[:end] + "…"
