"""What a terminal would show of a recording, by pyte."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyte

Chunk = tuple[float, bytes]
"""Seconds since the start, and what was sent then."""
Size = tuple[int, int]
"""Columns and rows."""
Change = tuple[float, Size]

_UNKNOWN = re.compile(
    rb"\x1b\[[<=>?][\d;]*[a-gi-km-zA-Z$]p?"  # private ones, but ?...h and ?...l
    rb"|\x1b\[[\d;]*[tu]"
    rb"|\x1b[\]P_^][^\x07\x1b]*(?:\x07|\x1b\\)"
)
"""Sequences that pyte would print."""
_WHOLE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^][^\x07\x1b]*(?:\x07|\x1b\\)|[^\[\]P_^])")


@dataclass(frozen=True)
class Picture:
    """A screen at one moment: its rows as text, and each cell with its ink."""

    rows: tuple[str, ...]
    cells: tuple[tuple[Any, ...], ...]


class Emulator:
    """A screen that recordings are played on."""

    def __init__(self, size: Size) -> None:
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._torn = b""

    def resize(self, size: Size) -> None:
        """Give it another size."""
        self._screen.resize(size[1], size[0])

    def feed(self, data: bytes) -> None:
        """Show what was sent; a sequence that is torn by the end waits for its rest."""
        data = self._torn + data
        start = data.rfind(b"\x1b")
        if start < 0 or _WHOLE.match(data, start):
            start = len(data)
        self._torn = data[start:]
        with suppress(Exception):  # pyte has gaps; what it loses the comparison shows
            self._stream.feed(_UNKNOWN.sub(b"", data[:start]))

    def shows(self, *words: str) -> bool:
        """Whether all of these are on it."""
        text = "\n".join(self._screen.display)
        return all(word in text for word in words)

    @property
    def has_chart(self) -> bool:
        """Whether there are dots of a chart on it."""
        return any("\u2800" < one <= "\u28ff" for row in self._screen.display for one in row)

    def picture(self) -> Picture:
        """What is on it now; the ink of a blank is no matter."""
        screen = self._screen
        cells = tuple(
            tuple(_cell(screen.buffer[y][x]) for x in range(screen.columns))
            for y in range(screen.lines)
        )
        return Picture(tuple(screen.display), cells)


def _cell(cell: Any) -> tuple[Any, ...]:
    seen = cell.data.strip() != ""
    return cell.data, seen and cell.fg, cell.bg, seen and cell.bold, cell.reverse
