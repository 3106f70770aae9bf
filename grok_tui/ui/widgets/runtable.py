"""The table of runs: a row a run, changed in place so that cursor and traffic stay small."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.widgets import DataTable

from grok_tui.monitor.text import columns, safe
from grok_tui.ui.widgets.states import COLOURS, age, in_words, padded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grok_tui.monitor.catalog import Summary

COLUMNS = ("state", "age", "title", "milestones", "arms", "seeds", "run")
TITLE_WIDTH = 44
BESIDES = 60
"""Columns of a terminal that all but title and run take, at most."""
WIDE = 140
"""Columns of a terminal from which on the run's id has room, too."""
Row = tuple[str, ...]


class RunTable(DataTable[Text]):
    """Runs, newest first. The cursor stays on its run whatever comes and goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "scroll_top", show=False),
        Binding("end", "scroll_bottom", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="runtable", cursor_type="row")
        self._rows: dict[str, Row] = {}
        self._colours: dict[str, str] = {}
        self._look: tuple[dict[str, int], str] = ({}, "")

    @property
    def chosen(self) -> str:
        """The id of the run under the cursor; empty where there is none."""
        if not self.row_count:
            return ""
        key = self.coordinate_to_cell_key(Coordinate(self.cursor_row, 0)).row_key
        return str(key.value)

    def show(self, summaries: Sequence[Summary], now: float) -> None:
        """Show these runs; only cells that differ are drawn."""
        width = self.app.size.width
        room = max(12, min(TITLE_WIDTH, width - BESIDES))
        rows = {one.run.id: row_of(one, now, room) for one in summaries}
        names = COLUMNS if width >= WIDE else COLUMNS[:-1]
        look = (_widths(names, rows.values()), self.app.theme)
        self._colours = {one.run.id: COLOURS[one.state] for one in summaries}
        if list(rows) == list(self._rows) and look == self._look:
            self._change(rows)
        else:
            self._look = look
            self._replace(rows)
        self._rows = rows

    def _change(self, rows: dict[str, Row]) -> None:
        for run_id, row in rows.items():
            for name, cell, old in zip(
                self._look[0], self._cells(run_id, row), self._rows[run_id], strict=False
            ):
                if cell.plain != old:
                    self.update_cell(run_id, name, cell, update_width=False)

    def _replace(self, rows: dict[str, Row]) -> None:
        chosen, at = self.chosen, self.cursor_row
        self.clear(columns=True)
        for name, width in self._look[0].items():  # Textual's own widths come a frame late
            self.add_column(name, key=name, width=width)
        for run_id, row in rows.items():
            self.add_row(*self._cells(run_id, row), key=run_id)
        names = list(rows)
        where = names.index(chosen) if chosen in rows else min(at, len(names) - 1)
        self.move_cursor(row=max(0, where), animate=False)

    def _cells(self, run_id: str, row: Row) -> list[Text]:
        """The texts of a row; the state has its colour."""
        cells = [Text(text, no_wrap=True) for text in row[: len(self._look[0])]]
        colour = self.app.theme_variables.get(self._colours[run_id], "")
        cells[0].stylize(colour if colour.startswith("#") else colour.replace("ansi_", ""))
        return cells


def _widths(names: Sequence[str], rows: Iterable[Row]) -> dict[str, int]:
    """Columns that each column of the table takes, so that nothing in it is cut."""
    texts = zip(*rows, strict=True)
    return {
        name: max([len(name), *map(columns, cells)])
        for name, cells in zip(names, texts, strict=False)
    }


def row_of(one: Summary, now: float, room: int) -> Row:
    """What the table says of a run, its title cut to `room` columns."""
    return (
        in_words(one.state),
        age(now - one.started_at),
        padded(one.title or "its config.toml cannot be read", room),
        safe(one.milestones or _progress(one), 24),
        str(len(one.arms) or ""),
        str(len(one.seeds) or ""),
        safe(one.run.id, 60),
    )


def _progress(one: Summary) -> str:
    return f"step {one.step:,} of {one.planned:,}" if one.planned and one.step else ""
