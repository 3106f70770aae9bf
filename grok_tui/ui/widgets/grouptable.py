"""The table of a comparison: a row for each group, sorted, chosen, hidden, pinned by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from grok_tui.monitor import grouprows
from grok_tui.monitor.compared import Comparison
from grok_tui.monitor.filter import EVERYTHING
from grok_tui.monitor.grouprows import COLUMNS, texts
from grok_tui.monitor.hues import looks
from grok_tui.monitor.inks import letter
from grok_tui.monitor.text import columns, shortened
from grok_tui.ui import keys
from grok_tui.ui.messages import Export, SelectionChanged
from grok_tui.ui.widgets.armtable import ArmTable
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.binding import BindingType

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.filter import Filter
    from grok_tui.monitor.grouprows import Row
    from grok_tui.monitor.hues import Look
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.ui.selection import Selection

GROUPS = "groups"
"""What an export of the table is called."""
PRINTED = 160
"""Columns of the table in a picture."""
MOST = 24
"""Groups that are drawn, unless more are asked for: nobody can tell so many lines apart."""
ROOMY = 100
"""Columns from which on ranges over seeds are shown."""
NAME = 14
"""Columns that a name keeps, whatever else has room."""
GAP = 2
_HEAD = 6
"""Columns in front of a name: cursor, letter, and how it is shown."""
HIDDEN, PINNED, BASE = "-", "^", "b"


class GroupTable(ArmTable):
    """What is shown of the groups is in the selection; everything else is here."""

    SECTION = "groups"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("groups")

    def __init__(self, selection: Selection) -> None:
        super().__init__(id="arms")
        self.can_focus = True
        self.rows: list[Row] = []
        """What the filter chooses, in the order in which it is shown."""
        self.filter: Filter = EVERYTHING
        self.base = ""
        """Name of the group that all are compared with; empty: the dense one of their own run."""
        self._selection = selection
        self.crowded = False
        """Whether groups are left out that nobody switched off: there are too many."""
        self._off: frozenset[str] = frozenset()
        self._on: frozenset[str] = frozenset()
        """Switched on by hand."""
        self._found = Comparison()
        self._column, self._descending = -1, False
        self._at = ""
        self._top = 0

    def take(self, found: Comparison) -> None:
        """These are the groups from now on."""
        self._found = found
        self._select()

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Show the groups that were taken."""
        self.redraw()

    def choose(self, chosen: Filter) -> None:
        """Show and draw only what this filter chooses."""
        self.filter = chosen
        self._changed()

    def redraw(self) -> None:
        """Show the same groups at the size of now."""
        if self.display and self.size.area:
            height = self.size.height - 1
            at = self._place
            self._top = max(0, min(self._top, at, len(self.rows) - height), at - height + 1)
            self.show(self.drawn(self.size.width, self.rows[self._top : self._top + height]))

    def drawn(self, width: int, rows: Sequence[Row]) -> Grid:
        """The header and these rows."""
        page = Paper(width, max(1, len(rows)) + 1)
        sign = "↓" if self._descending else "↑"
        titles = [
            column.title + sign * (index == self._column) for index, column in enumerate(COLUMNS)
        ]
        brief = width < ROOMY
        widths = _widths([titles, *(texts(row, brief=brief) for row in self.rows)], width)
        _write(page, 0, titles, widths, DIM)
        config = self._found.view.config if self._found.view else None
        styles = looks(config) if config is not None else {}
        for y, row in enumerate(rows, start=1):
            self._write_signs(page, y, row, styles.get(row.name))
            ink = DIM if not self._selection.shows(row.name) else TEXT
            ink = STRONG if row.name == self._here else ink
            _write(page, y, texts(row, brief=brief), widths, ink)
        if not rows:
            page.write(_HEAD, 1, "no group fits the filter" if self.filter else "no groups", DIM)
        return page.grid

    def _write_signs(self, page: Paper, y: int, row: Row, look: Look | None) -> None:
        """Whether the cursor is here, the letter, and how the group is drawn."""
        shown = self._selection.shows(row.name)
        if row.name == self._here:
            page.write(0, y, "▸", STRONG if self.has_focus else DIM)
        page.write(1, y, letter(row.place), look.role if shown and look is not None else DIM)
        pinned = PINNED if row.name == self._selection.pinned else " "
        sign = pinned if shown else HIDDEN
        page.write(3, y, sign + (BASE if row.name == self.base else ""), TEXT)

    @property
    def _place(self) -> int:
        """Where the cursor is; on the first row if its group is not shown."""
        return next((at for at, row in enumerate(self.rows) if row.name == self._at), 0)

    @property
    def _here(self) -> str:
        return self.rows[self._place].name if self.rows else ""

    def _select(self) -> None:
        """Draw what the filter chooses, but what was switched off, and no more than can be read."""
        found = grouprows.rows(self._found, self.filter, self.base)
        chosen = [row.name for row in found if row.name not in self._off]
        asked = [name for name in chosen if name in self._on]
        others = [name for name in chosen if name not in self._on]
        drawn = {*asked, *others[: max(0, MOST - len(asked))]}
        self.crowded = len(chosen) > len(drawn)
        self._selection.hidden = frozenset(self._found.names) - drawn
        self.rows = grouprows.arranged(found, self._column, self._descending)
        self.redraw()

    def _changed(self) -> None:
        self._select()
        self.post_message(SelectionChanged())

    def action_move(self, by: int) -> None:
        """So many rows down, or up."""
        if self.rows:
            self._at = self.rows[max(0, min(len(self.rows) - 1, self._place + by))].name
            self.redraw()

    def action_show(self) -> None:
        """Draw the group, or no more."""
        if self._selection.shows(self._here):
            self._off, self._on = self._off | {self._here}, self._on - {self._here}
        else:
            self._off, self._on = self._off - {self._here}, self._on | {self._here}
        self._changed()

    def action_isolate(self) -> None:
        """Draw this group alone; all of them again if it is alone already."""
        others = frozenset(self._found.names) - {self._here}
        alone = self._off == others
        self._off, self._on = (frozenset(), frozenset()) if alone else (others, frozenset())
        self._changed()

    def action_pin(self) -> None:
        """Draw the group on top, or no more."""
        self._selection.pin(self._here)
        self._changed()

    def action_baseline(self) -> None:
        """Compare all with this group; with the dense ones of their runs again if it is that."""
        self.base = "" if self.base == self._here else self._here
        self._changed()

    def action_sort(self, by: int) -> None:
        """Sort by the next column, or by the one before; before the first there is no order."""
        self._column = (self._column + 1 + by) % (len(COLUMNS) + 1) - 1
        self._select()

    def action_order(self) -> None:
        """Turn the order round."""
        self._descending = not self._descending
        self._select()

    def action_export(self) -> None:
        """Write the table to files."""
        rows = list(self.rows)
        self.post_message(Export(GROUPS, self.drawn(PRINTED, rows), lambda: grouprows.cells(rows)))

    def on_focus(self) -> None:
        """The cursor is strong while keys go here."""
        self.redraw()

    def on_blur(self) -> None:
        """See `on_focus`."""
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """The cursor to the row under the pointer."""
        place = self._top + event.y - 1
        if event.y and place < len(self.rows):
            self._at = self.rows[place].name
            self.redraw()


def _widths(lines: Sequence[Sequence[str]], width: int) -> list[int]:
    """Columns of each cell; 0 for those at the end that have no room. The name has the rest."""
    names, *numbers = (max(map(columns, cells)) for cells in zip(*lines, strict=True))
    count = len(numbers)
    while numbers and sum(numbers) + GAP * len(numbers) + NAME + _HEAD > width:
        numbers.pop()
    left = width - _HEAD - sum(numbers) - GAP * len(numbers)
    return [max(1, min(names, left)), *numbers, *[0] * (count - len(numbers))]


def _write(page: Paper, y: int, texts: Sequence[str], widths: Sequence[int], ink: int) -> None:
    """One line of the table: the name from the left, numbers to the right of their columns."""
    page.write(_HEAD, y, shortened(texts[0], widths[0]), ink)
    x = _HEAD + widths[0]
    for text, width in zip(texts[1:], widths[1:], strict=True):
        if width:
            x += GAP + width
            page.write_right(x, y, text, ink)
