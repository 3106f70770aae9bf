"""The one door that foreign text passes before a terminal: titles, names, errors, log lines."""

from __future__ import annotations

import unicodedata

MAX_LENGTH = 10_000
MAX_LINES = 2_000
MAX_MARKS = 3
REPLACEMENT = "\ufffd"
_REPLACED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
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
    return _cut(_clean(unicodedata.normalize("NFC", text)), width)


def safe_lines(text: str, width: int = 200, lines: int = MAX_LINES) -> list[str]:
    """The same for text of several lines (tracebacks, logs); of more than `lines` the last."""
    kept = text[-MAX_LENGTH * 10 :].splitlines()[-lines:]
    return [safe(line.expandtabs(4), width) for line in kept]


def columns(text: str) -> int:
    """Columns that a text which passed `safe` takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


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
