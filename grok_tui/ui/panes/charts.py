"""The charts pane: what keys and the mouse do to the charts of a run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on

from grok_tui.monitor import ranges
from grok_tui.monitor.readout import shown
from grok_tui.monitor.settings import WORDS
from grok_tui.ui import keys
from grok_tui.ui.looking import FURTHER, Looking
from grok_tui.ui.messages import ChartDragged, ChartPointed, ChartZoomed, Export, OutlookChanged
from grok_tui.ui.panes.pane import Pane
from grok_tui.ui.screens.ask import Ask, Question
from grok_tui.ui.widgets.arms import Arms
from grok_tui.ui.widgets.board import Board
from grok_tui.ui.widgets.panels import Panels

if TYPE_CHECKING:
    from typing import Literal

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.settings import Range
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.ui.selection import Selection
    from grok_tui.ui.widgets.armtable import ArmTable


class ChartsPane(Pane):
    """Shows one view of a run; how its charts are looked at is decided by actions."""

    SECTION = "charts"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("charts")

    def __init__(self, selection: Selection, table: ArmTable | None = None) -> None:
        super().__init__()
        self.panels = Panels(selection)
        self._looking = Looking(self.panels)
        self._table = table or Arms(selection)
        self._board = Board(self.panels, self._looking, self._table)

    def compose(self) -> ComposeResult:
        """The charts, and what is below them."""
        yield self._board

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Show this view."""
        self._board.draw(view, verdict)

    def redraw(self) -> None:
        """Show what is selected now."""
        self._board.rearrange()

    @property
    def arm(self) -> str:
        """The arm that was chosen in the table; empty: none was."""
        return self._table.chosen if isinstance(self._table, Arms) else ""

    @property
    def step(self) -> int | None:
        """The step that the value cursor is at, if it is at one."""
        outlook = self.panels.outlook
        here = outlook.cursor is not None and outlook.x == "step"
        return round(outlook.cursor) if here and outlook.cursor is not None else None

    def has_room_for(self, view: View, verdict: Verdict | None) -> bool:
        """Whether the whole verdict has room below the charts."""
        return self._board.has_room_for(view, verdict)

    def out(self) -> bool:
        """Take the cursor away, then out of full screen."""
        if self.panels.outlook.cursor is not None:
            self.panels.outlook.point(None)
        elif self._board.full:
            self._board.full = False
        else:
            return False
        self._changed()
        return True

    def action_move(self, by: int) -> None:
        """The next chart, or the one before."""
        self.panels.move(by)
        self._changed()

    def action_page(self, by: int) -> None:
        """The next page of charts, or the page before."""
        self.panels.turn(by)
        self._changed()

    def action_density(self) -> None:
        """More charts on a page, or one again."""
        self.panels.outlook.turn_density()
        self._changed()

    def action_full(self) -> None:
        """Give the chosen chart the whole screen, or take it back."""
        self.fill(not self._board.full)

    def fill(self, whole: bool) -> None:
        """The chosen chart over the whole pane, or all charts of its page."""
        self._board.full = whole
        self._changed()

    def action_part(self, by: int) -> None:
        """The next thing that the chosen chart can show, or the one before."""
        self.panels.chosen.turn(by)
        self._changed()

    def action_log_axis(self, axis: Literal["x", "y"]) -> None:
        """Log for plain and back, for the chosen chart."""
        self.panels.chosen.flip(axis)
        self._changed()

    def action_smooth(self, by: int) -> None:
        """Smooth the chosen chart more, or less."""
        self.panels.chosen.smooth(by)
        self._changed()

    def action_over(self) -> None:
        """Over steps, seconds, or steps since memorised."""
        self.panels.outlook.turn_x()
        self._changed()

    def action_band(self) -> None:
        """Another way to draw several seeds."""
        self.panels.outlook.turn_band()
        self._changed()

    def action_dense(self) -> None:
        """Dense arms, or without them."""
        self.panels.outlook.dense = not self.panels.outlook.dense
        self._changed()

    def action_follow(self) -> None:
        """Go with the newest step, or no more."""
        self._looking.follow()
        self._changed()

    def action_reset(self) -> None:
        """All of the axes again."""
        self._looking.reset()
        self._changed()

    def action_jump(self) -> None:
        """The cursor to the next milestone or note."""
        self._looking.jump()
        self._changed()

    def action_zoom(self, by: int) -> None:
        """Closer to the cursor, or to the middle; or further away."""
        self._looking.zoom(by)
        self._changed()

    def action_pan(self, by: int) -> None:
        """To the right, or to the left."""
        self._looking.pan(by * FURTHER)
        self._changed()

    def action_cursor(self, by: int) -> None:
        """Move the cursor by so many columns; the first time it appears."""
        self._looking.move_cursor(by)
        self._changed()

    def action_limits(self) -> None:
        """Ask which part of the axes to show."""
        settings = self.panels.chosen.settings
        x = Question(
            f"{WORDS[settings.x]}, from and to (nothing: all)",
            partial(ranges.limits, log=settings.log_x),
            _typed(settings.window),
        )
        y = Question(
            f"{self.panels.chosen.plot.title}, from and to (nothing: by itself)",
            partial(ranges.limits, log=settings.log_y),
            _typed(settings.limits),
        )
        self.app.push_screen(Ask([x, y]), self._limit)

    def _limit(self, texts: list[str] | None) -> None:
        if texts is not None:
            self._looking.limit(*texts)
            self._changed()

    def action_goto(self) -> None:
        """Ask where to put the cursor."""
        word = WORDS[self.panels.outlook.x]
        question = Question(f"Put the cursor at ({word})", ranges.number)
        self.app.push_screen(Ask([question]), self._goto)

    def _goto(self, texts: list[str] | None) -> None:
        if texts is not None:
            self._looking.point(ranges.number(texts[0]))
            self._changed()

    def action_export(self) -> None:
        """Write what the chosen chart shows, as a picture and as numbers."""
        panel, chart, x = self.panels.chosen, self._board.chart, self._looking.shown
        if x is not None:
            rows = partial(shown, list(panel.traces), panel.settings, x)
            self.post_message(Export(panel.plot.name, chart.grid, rows))

    @on(ChartPointed)
    def _pointed(self, message: ChartPointed) -> None:
        message.stop()
        self.panels.choose(self.panels.page[message.place].plot.name)
        self._looking.size = self._board.chart.area
        self._looking.point_across(message.across)
        self._changed()

    @on(ChartZoomed)
    def _zoomed(self, message: ChartZoomed) -> None:
        message.stop()
        self._looking.zoom(1 if message.closer else -1, message.about)
        self._changed()

    @on(ChartDragged)
    def _dragged(self, message: ChartDragged) -> None:
        message.stop()
        self._looking.pan(message.share)
        self._changed()

    def _changed(self) -> None:
        """Show it as it is to be looked at now, and say that this is another way."""
        self._board.rearrange()
        self.post_message(OutlookChanged())


def _typed(limits: Range | None) -> str:
    return "" if limits is None else f"{limits[0]:g} {limits[1]:g}"
