"""What keys and the mouse do to the outlook of the charts: zoom, pan, follow, cursor, marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor import cursors, ranges, traces
from grok_tui.monitor.axes import windowed
from grok_tui.monitor.charts import run_axis
from grok_tui.monitor.curves import visible
from grok_tui.monitor.figures import Mark, canvas_size, cell_column
from grok_tui.monitor.text import safe
from grok_tui.monitor.tracing import milestones, of_run
from grok_tui.ui import viewstate
from grok_tui.ui.viewstate import ViewState
from grok_tui.ui.widgets.paper import INFO

if TYPE_CHECKING:
    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.history import History
    from grok_tui.monitor.plotter import Size
    from grok_tui.monitor.traces import Trace
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.notes import Note
    from grok_tui.ui.widgets.panels import Panels

CLOSER = 0.5
"""What a zoom leaves of the window."""
FURTHER = 0.25
"""Share of the window that a key pans by."""
NOTE = "!"


class Looking:
    """The charts of one run and where one looks; needs the run, and the size of the chosen chart.

    Everything is worked out for the chosen chart: the others share its window and cursor.
    """

    def __init__(self, panels: Panels) -> None:
        self._panels = panels
        self._run: tuple[Config, History] | None = None
        self._notes: tuple[Note, ...] = ()
        self.size: Size = (0, 0)
        """Of the chosen chart, in cells."""

    def take(self, config: Config, history: History, notes: tuple[Note, ...]) -> None:
        """The run as it is now; a window that follows goes on with it."""
        self._run, self._notes = (config, history), notes
        whole = self._whole()
        if whole is not None and self._panels.outlook.follows:
            self._panels.outlook.follow(whole, traces.newest(self._traces()))

    def zoom(self, by: int, about: float | None = None) -> None:
        """Closer for 1, further for -1: to the cursor if it is seen, else to the middle."""
        whole = self._whole()
        if whole is not None:
            if about is None:
                about = self._cursor_across()
            self._panels.outlook.zoom(whole, CLOSER if by > 0 else 1 / CLOSER, about)

    def pan(self, share: float) -> None:
        """By a share of the window."""
        whole = self._whole()
        if whole is not None:
            self._panels.outlook.pan(whole, share)

    def follow(self) -> None:
        """Go with what is newest, or no more."""
        outlook = self._panels.outlook
        outlook.follows = not outlook.follows
        whole = self._whole()
        if whole is not None:
            outlook.follow(whole, traces.newest(self._traces()))

    def reset(self) -> None:
        """All of the x axis, and the y axis of the chosen chart as its numbers are.

        Where it is so already everything becomes as it was at first.
        """
        outlook, chosen = self._panels.outlook, self._panels.chosen
        if outlook.window is None and chosen.limits is None and not outlook.follows:
            viewstate.restore(ViewState(chosen=chosen.plot.name), self._panels)
        outlook.show(None)
        chosen.limits = None

    def limit(self, x: str, y: str) -> None:
        """The axes as they were typed; nothing: as they are by themselves. Raises UsageError."""
        chosen = self._panels.chosen
        window = ranges.limits(x, log=chosen.settings.log_x)
        chosen.limits = ranges.limits(y, log=chosen.settings.log_y)
        self._panels.outlook.show(window)

    def point(self, x: float, *, snap: bool = True) -> None:
        """The cursor at `x`, or on what was measured before it, and the window to where it is."""
        whole = self._whole()
        if whole is None:
            return
        outlook = self._panels.outlook
        at = cursors.snapped(self._traces(), x) if snap else x
        if not 0 <= whole.fraction(at) <= 1:
            return
        outlook.point(at)
        shown = windowed(whole, outlook.window)
        if not 0 <= shown.fraction(at) <= 1:
            low, middle = shown.fraction(shown.low), shown.fraction(at)
            outlook.pan(whole, middle - low - 0.5)

    def point_across(self, across: float) -> None:
        """The cursor so far across what is shown, 0 to 1."""
        shown = self.shown
        if shown is not None:
            self.point(shown.value(across))

    def move_cursor(self, by: int) -> None:
        """By so many columns; one that is not seen appears at what is newest."""
        shown = self.shown
        if shown is None:
            return
        outlook, found = self._panels.outlook, self._traces()
        if outlook.cursor is None or not 0 <= shown.fraction(outlook.cursor) <= 1:
            self.point(min(shown.high, traces.newest(found)))
        else:
            outlook.point(cursors.moved(found, shown, self.size, outlook.cursor, by))

    def jump(self) -> None:
        """The cursor to the next milestone or note, after the last to the first."""
        places = sorted({x for x, _ in self._marks()})
        cursor = self._panels.outlook.cursor
        if places:
            later = [x for x in places if cursor is None or x > cursor]
            self.point(later[0] if later else places[0], snap=False)

    def words(self) -> list[str]:
        """What stands at the cursor's column, milestones and notes."""
        shown, cursor = self.shown, self._panels.outlook.cursor
        columns = canvas_size(self.size)[0]
        if shown is None or cursor is None or columns < 2 or not 0 <= shown.fraction(cursor) <= 1:
            return []
        column = cell_column(shown, cursor, columns)
        return [
            words
            for x, words in self._marks()
            if 0 <= shown.fraction(x) <= 1 and cell_column(shown, x, columns) == column
        ]

    @property
    def notes(self) -> tuple[Mark, ...]:
        """The notes of the run as marks, where they have a place on the x axis."""
        if self._panels.outlook.x != "step":
            return ()
        return tuple(Mark(INFO, NOTE, float(note.step)) for note in self._notes)

    @property
    def shown(self) -> Axis | None:
        """The part of the x axis that is shown; None: the chosen chart has another."""
        whole = self._whole()
        return None if whole is None else windowed(whole, self._panels.outlook.window)

    def _whole(self) -> Axis | None:
        chosen = self._panels.chosen
        if self._run is None or not chosen.over_steps:
            return None
        return run_axis(*self._run, chosen.settings)

    def _traces(self) -> list[Trace]:
        assert self._run is not None
        settings = self._panels.chosen.settings
        return visible(of_run(self._panels.chosen.choice, *self._run, settings), settings)

    def _cursor_across(self) -> float:
        shown, cursor = self.shown, self._panels.outlook.cursor
        across = shown.fraction(cursor) if shown is not None and cursor is not None else 0.5
        return across if 0 <= across <= 1 else 0.5

    def _marks(self) -> list[tuple[float, str]]:
        if self._run is None:
            return []
        found = milestones(*self._run, self._panels.chosen.settings)
        if self._panels.outlook.x == "step":
            found += [(float(note.step), safe(f"! {note.text}", 200)) for note in self._notes]
        return sorted(found)
