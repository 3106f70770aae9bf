"""The table of the claims, and below it everything about the one under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction.words import verdict
from grok_tui.monitor.text import shortened
from grok_tui.ui.messages import ClaimPointed
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import (
    BAD,
    DIM,
    FAINT,
    GOOD,
    INFO,
    STRONG,
    TEXT,
    WARN,
    Paper,
    wrap,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.reproduction.standing import Standing

MARKS = {
    "reproduced": ("\u2713", GOOD),
    "not reproduced": ("\u2717", BAD),
    "undecided": ("?", WARN),
    "reported": ("\u00b7", TEXT),
    "running": ("\u25b6", INFO),
    "judging": ("\u2026", DIM),
    "queued": ("\u25cc", INFO),
    "missing": ("-", DIM),
}
"""Glyph and role of each state; a run that ended badly has those of `OTHER`."""
OTHER = ("!", WARN)
STATE = 16
"""Columns of the state: not reproduced, with its mark."""
NAME = 20
"""Columns of the longest name of a figure."""
GAP = 2
SLIM, WIDE = 56, 110
"""Columns from which on numbers stand in the table, and the claims in words as well."""
LEAST = 4
"""Rows of the table with its headings, however small the screen is."""
DETAIL = 12
"""Rows that are enough for what there is to say about a claim."""
Line = tuple[str, int]
"""Text and role."""


class Table:
    """Which rows of the table are in sight: the cursor scrolls it as little as it can."""

    def __init__(self) -> None:
        self.first = 0

    def page(self, standings: Sequence[Standing], cursor: int, width: int, height: int) -> Grid:
        """All cells of the view."""
        paper = Paper(width, height)
        if not standings:
            paper.write(1, 0, "reading the runs and judging the claims\u2026", DIM)
            return paper.grid
        told = list(detail(standings[cursor], max(1, width - 2)))
        rows = min(len(standings) + 1, max(LEAST, height - DETAIL, height // 2))
        self._scroll(cursor, rows - 1, len(standings))
        self._heading(paper)
        for y, one in enumerate(standings[self.first : self.first + rows - 1], start=1):
            _row(paper, y, one, chosen=self.first + y - 1 == cursor)
        for x in range(width):
            paper.write(x, rows, "\u2500", FAINT)
        room = max(0, height - rows - 1)
        for y, (text, role) in enumerate(told[:room], start=rows + 1):
            more = " \u2026" if y == rows + room and len(told) > room else ""
            paper.write(1, y, f"{text}{more}", role)
        return paper.grid

    def _scroll(self, cursor: int, rows: int, count: int) -> None:
        rows = max(1, rows)
        self.first = max(0, min(self.first, cursor, count - rows))
        self.first = max(self.first, cursor - rows + 1)

    def at(self, y: int, count: int) -> int | None:
        """The place in the table of what is shown on a row; None for none."""
        place = self.first + y - 1
        return place if y >= 1 and place < count else None

    @staticmethod
    def _heading(paper: Paper) -> None:
        for x, room, title in _columns(paper.width):
            paper.write(x, 0, title, DIM, room)


def _columns(width: int) -> list[tuple[int, int, str]]:
    """First column, width and heading of each column of the table, after that of the cursor."""
    left = width - 2
    name = NAME if width >= SLIM else max(8, min(NAME, left - STATE - GAP))
    found = [(2, name, "figure"), (2 + name + GAP, STATE, "state")]
    x = 2 + name + GAP + STATE + GAP
    if width >= WIDE:
        claim = (width - x - GAP) * 11 // 20
        found.append((x, claim, "claim"))
        x += claim + GAP
    if width >= SLIM:
        found.append((x, width - x, "ours: median (range over seeds)"))
    return found


def _row(paper: Paper, y: int, one: Standing, *, chosen: bool) -> None:
    mark, role = MARKS.get(one.state, OTHER)
    if chosen:
        paper.write(0, y, "\u25b8", STRONG)
    texts = {
        "figure": (one.row.name, STRONG if chosen else TEXT),
        "state": (f"{mark} {one.words}", role),
        "claim": (one.row.claim, TEXT),
    }
    for x, room, title in _columns(paper.width):
        text, ink = texts.get(title, ("; ".join(one.numbers), DIM if one.finding is None else TEXT))
        paper.write(x, y, shortened(text, room) if title == "figure" else text, ink, room)


def detail(one: Standing, width: int) -> Iterator[Line]:
    """All about one claim, in lines of at most `width` columns, the important first."""
    names = ", ".join(one.row.figures)
    yield from ((line, STRONG) for line in wrap(one.row.claim, width))
    finding = one.finding
    if finding is None:
        told = "; ".join(one.numbers)
        yield from _wrapped(f"{one.words}: {told}" if told else one.words, width, INFO)
    else:
        mark, role = MARKS.get(one.state, OTHER)
        yield from _wrapped(f"{mark} {one.words}: {'; '.join(finding.numbers)}", width, role)
        if finding.problem:
            yield from _wrapped(finding.problem, width, WARN)
    yield from _wrapped(f"the papers: {one.row.paper}", width, TEXT)
    for check in finding.checks if finding else ():
        yield from _wrapped(f"{verdict(check)}: {check.text}", width, DIM)
    if one.row.wanted:
        yield from _wrapped(f"reproduced if: {one.row.wanted}", width, DIM)
    runs = ", ".join(found.run.id for found in one.runs.values()) or "none yet"
    yield from _wrapped(f"answers {names}; runs: {runs}", width, DIM)


def _wrapped(text: str, width: int, role: int) -> list[Line]:
    """A text in lines, those after the first indented."""
    lines = wrap(text, max(1, width - 2))
    return [(line if index == 0 else f"  {line}", role) for index, line in enumerate(lines)]


class ClaimsView(CellView):
    """Shows standings with a cursor. A click on a row posts `ClaimPointed`."""

    can_focus = True

    def __init__(self) -> None:
        super().__init__(id="claims")
        self._standings: Sequence[Standing] = ()
        self._table = Table()
        self._cursor = 0

    @property
    def chosen(self) -> Standing | None:
        """The claim under the cursor."""
        return self._standings[self._cursor] if self._standings else None

    def tell(self, standings: Sequence[Standing]) -> None:
        """Show these from now on."""
        self._standings = standings
        self.move(0)

    def move(self, by: int) -> None:
        """Another claim; stays on the first and on the last."""
        last = len(self._standings) - 1
        self._cursor = max(0, min(self._cursor + by, last)) if self._standings else self._cursor
        self.redraw()

    def redraw(self) -> None:
        """Compose the grid anew for the size of now."""
        width, height = self.size
        self.show(self._table.page(self._standings, self._cursor, width, height))

    def on_click(self, event: events.Click) -> None:
        """Go to the row under the pointer."""
        offset = event.get_content_offset(self)
        place = None if offset is None else self._table.at(offset.y, len(self._standings))
        if place is not None:
            again = place == self._cursor
            self.move(place - self._cursor)
            if again:
                self.post_message(ClaimPointed())
