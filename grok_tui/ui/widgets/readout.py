"""The values under the cursor, an arm a row, where the arms are compared otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.axes import short
from grok_tui.monitor.legends import number
from grok_tui.monitor.text import shortened
from grok_tui.ui.widgets.arrange import WIDE
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import DIM, INFO, STRONG, TEXT, Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.readout import Row
    from grok_tui.monitor.traces import Reading

_NAME = 20
_VALUE, _DIFFERENCE, _RANGE = 10, 10, 19
_MINUS = "\u2212"


class Found:
    """What is read out: where, what stands there, the charts' titles and a row for each line."""

    def __init__(
        self, place: str, words: Sequence[str], titles: Sequence[str], rows: Sequence[Row]
    ) -> None:
        self.place, self.words, self.titles, self.rows = place, words, titles, rows


def table(found: Found, width: int, height: int) -> Grid:
    """The rows as cells; those for which there is no room are counted in the last one."""
    page = Paper(width, height)
    end = _header(page, found)
    wide = width >= WIDE
    first = 1 if wide or height < 4 else 2
    if wide or first == 2:
        page.write(end + 3 if wide else 1, first - 1, "  ".join(found.words), INFO)
    room = height - first
    fit = len(found.rows) if len(found.rows) <= room else max(0, room - 1)
    for y, row in enumerate(found.rows[:fit], start=first):
        _row(page, y, row)
    if fit < len(found.rows):
        page.write(3, first + fit, f"and {len(found.rows) - fit} more", DIM)
    return page.grid


def _header(page: Paper, found: Found) -> int:
    """Write the titles of the columns; where they end."""
    page.write(1, 0, found.place, STRONG, _NAME + 2)
    x = 3 + _NAME
    for index, title in enumerate(found.titles):
        x += _VALUE
        if x > page.width:
            break
        page.write_right(x, 0, shortened(title, _VALUE - 1), DIM)
        if index == 0:
            x = _beside(page, x, 0, ("to dense", "range of seeds"))
    return x


def _row(page: Paper, y: int, row: Row) -> None:
    trace = row.trace
    page.write(1, y, trace.letter, trace.role)
    page.write(3, y, shortened(trace.name, _NAME), TEXT)
    x = 3 + _NAME
    for index, reading in enumerate(row.values):
        x += _VALUE
        if x > page.width:
            break
        page.write_right(x, y, number(reading.value) if reading else "", TEXT)
        if index == 0:
            x = _beside(page, x, y, (_difference(reading), _range(reading)))


def _beside(page: Paper, x: int, y: int, texts: tuple[str, str]) -> int:
    """Write difference and range as far as there is room for their columns; where they end."""
    for text, width in zip(texts, (_DIFFERENCE, _RANGE), strict=True):
        x += width
        if x <= page.width:
            page.write_right(x, y, text, DIM)
    return x


def _difference(reading: Reading | None) -> str:
    if reading is None or reading.difference is None:
        return ""
    sign = _MINUS if reading.difference < 0 else "+" if reading.difference else ""
    return sign + number(abs(reading.difference))


def _range(reading: Reading | None) -> str:
    if reading is None or reading.count < 2:
        return ""
    return f"{number(reading.low)} \u2013 {number(reading.high)}"


def place(quantity: str, x: float) -> str:
    """Where the cursor is, in words."""
    return f"{quantity} {x:g}" if abs(x) < 1e6 else f"{quantity} {short(x)}"


class ReadOut(CellView):
    """The table of what is under the cursor."""

    _found: Found | None = None

    def draw(self, found: Found) -> None:
        """Show this."""
        self._found = found
        self.redraw()

    def redraw(self) -> None:
        """Show the same at the size of now."""
        if self._found is not None and self.display:
            self.show(table(self._found, *self.size))
