"""What differs between runs, and nothing else: a column for each run, or a line for each value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll

from grok_tui.monitor.text import columns, shortened
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, wrap
from grok_tui.ui.widgets.verdict import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult

    from grok_tui.monitor.compared import Comparison
    from grok_tui.monitor.differing import Difference
    from grok_tui.ui.widgets.verdict import Styled

GAP = 2
LEAST = 6
"""Columns that a value has at least in a table."""


def lines(found: Comparison, width: int) -> list[Styled]:
    """The runs by number, then what differs between them."""
    runs = found.readable
    if len(runs) < 2:
        return [[(line, DIM)] for line in wrap("one run differs from nothing", width)]
    head: list[Styled] = [
        [(f"{number:>2} ", STRONG), (shortened(view.run.id, width - 4), DIM)]
        for number, view in enumerate(runs, start=1)
    ]
    if not found.differences:
        return [*head, [], [("no difference but in words and probes", DIM)]]
    names = max(columns(one.key) for one in found.differences)
    room = (width - min(names, width // 2)) // len(runs) - GAP
    body = _table(found.differences, width, room) if room >= LEAST else _listed(found, width)
    return [*head, [], *body]


def _table(differences: Sequence[Difference], width: int, room: int) -> Iterator[Styled]:
    """A column for each run, under its number."""
    count = len(differences[0].values)
    texts = [[str(number) for number in range(1, count + 1)], *(one.values for one in differences)]
    widths = [min(room, max(columns(row[at]) for row in texts)) for at in range(count)]
    name = max(1, width - sum(widths) - GAP * count - 1)
    for key, row in zip(["", *(one.key for one in differences)], texts, strict=True):
        cells = [
            (" " * (GAP + at - columns(cut)) + cut, TEXT if key else STRONG)
            for at, cut in ((at, shortened(text, at)) for text, at in zip(row, widths, strict=True))
        ]
        yield [(f"{shortened(key, name):<{name}}", DIM), *cells]


def _listed(found: Comparison, width: int) -> Iterator[Styled]:
    """Each value with the numbers of the runs that have it."""
    for one in found.differences:
        yield [(shortened(one.key, width), DIM)]
        for value in dict.fromkeys(one.values):
            having = [number for number, text in enumerate(one.values, start=1) if text == value]
            numbers = ranged(having)
            room = max(4, width - columns(numbers) - 5)
            yield [(f"  {shortened(value, room)}", TEXT), (f"  {numbers}", DIM)]


def ranged(numbers: Sequence[int]) -> str:
    """1-3 7 9-10."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return " ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in parts)


class DiffView(VerticalScroll):
    """The differences of a comparison, behind a window that scrolls."""

    DEFAULT_CSS = """
    DiffView { width: 2fr; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    """

    _found: Comparison | None = None

    def compose(self) -> ComposeResult:
        """One widget as tall as the table."""
        yield Words("diff-lines")

    def take(self, found: Comparison) -> None:
        """Show the differences of these runs."""
        self._found = found
        self._write()

    def on_resize(self) -> None:
        """Write them for the new width."""
        self._write()

    def _write(self) -> None:
        width = self.size.width - 1
        if self._found is not None and self.display and width > 0:
            rows = lines(self._found, width)
            words = self.query_one(Words)
            words.styles.height = len(rows)
            words.draw(rows, width)
