"""One sweep: its cells as a table and as heat maps over any two axes, filling as packs train."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from grok_tui.errors import GrokTuiError, UsageError
from grok_tui.monitor.filter import EVERYTHING
from grok_tui.monitor.sweeps import celltable
from grok_tui.monitor.text import safe
from grok_tui.ui import keys
from grok_tui.ui.cellread import lines
from grok_tui.ui.messages import Chosen, Drawn, Searched, Told
from grok_tui.ui.survey import Outlook, survey
from grok_tui.ui.sweepmessages import ArmPointed, SweepLooked
from grok_tui.ui.sweepsteering import SweepSteering
from grok_tui.ui.widgets.celltable import CellTable
from grok_tui.ui.widgets.fields import SearchField
from grok_tui.ui.widgets.heatview import HeatView
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.sweephead import SweepHead

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.ui.services import Services
    from grok_tui.ui.survey import Survey

PERIOD = 1.0
"""Least seconds between two looks at a sweep."""
SHARE = 0.08
"""Part of the time that may go into looking and drawing."""
FEW = 500
"""Cells that are filtered, sorted and mapped at once; more take long enough to be felt."""
SHORT = 34
"""Rows of the screen below which the table and the maps take turns."""


class SweepScreen(SweepSteering):
    """Watches a sweep; its driver and trainers do not notice."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("sweep")
    AUTO_FOCUS = "CellTable"
    DEFAULT_CSS = """
    SweepScreen #both { height: 1fr; }
    SweepScreen CellTable, SweepScreen HeatView { padding: 0 1; }
    SweepScreen CellTable { height: 1fr; }
    SweepScreen.-alone.-map CellTable, SweepScreen.-alone.-table HeatView { height: 0; }
    SweepScreen #which { height: auto; max-height: 2; }
    """

    def __init__(self, sweep: SweepDir, services: Services, period: float = PERIOD) -> None:
        super().__init__(sweep, services.sweeps)
        self._period = max(PERIOD, period)
        self._enough = threading.Event()
        self._shown = threading.Semaphore(1)
        self._cost = 0.0
        self._outlook = Outlook()
        self._alone = False

    def compose(self) -> ComposeResult:
        """Head, maps over the table, the cell under the cursor, the filter."""
        yield SweepHead()
        with Vertical(id="both"):
            yield HeatView()
            yield CellTable()
        with Vertical(id="filter"):
            yield SearchField("cells-filter", "rate>=0.4 t_gen<2k share=1 state=done -lr=0.1")
            yield Static(id="obstacle", markup=False)
        yield Static(id="which", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to look."""
        self.set_class(True, "-table")
        self.query_one("#obstacle").display = False
        self.run_worker(self._follow, thread=True, group="follow")

    def on_unmount(self) -> None:
        """Let the thread go."""
        self._enough.set()
        self._shown.release()

    def _follow(self) -> None:
        """Look, and have it shown once what was seen before was."""
        watch, problem = self._services.watch(self.sweep), ""
        while not self._enough.is_set():
            began = time.process_time()
            try:
                found = survey(watch.look(), self._outlook, self.survey)
            except GrokTuiError as error:
                if str(error) != problem:
                    problem = str(error)
                    self.post_message(Told(problem, failed=True))
            else:
                self._shown.acquire()
                self.post_message(SweepLooked(found))
            cost = time.process_time() - began + self._cost
            self._enough.wait(max(self._period, cost / SHARE))

    @on(SweepLooked)
    def _looked(self, message: SweepLooked) -> None:
        message.stop()
        began = time.monotonic()
        first = self.survey is None
        found = message.survey
        if found.outlook != self._outlook and not first:
            self.survey = found  # it was looked at in another way meanwhile
            self._look_anew()
        else:
            self._outlook = found.outlook
            self._show(found)
        self._cost = time.monotonic() - began
        if first:
            self.app.post_message(Drawn())
        self.app.call_after_refresh(self._shown.release)

    def _show(self, found: Survey) -> None:
        self.survey = found
        with self.app.batch_update():
            self.query_one(SweepHead).take(found.board)
            self.query_one(CellTable).take(found)
            self.query_one(HeatView).take(found)
            self._arrange()
            self._tell()
        chosen = self.query_one(CellTable).chosen
        if chosen is not None and self.has_class("-table"):  # a filter may have hidden the other
            self._point(chosen.number)

    def _look(self, outlook: Outlook) -> None:
        """Look at the same sweep in another way."""
        self._outlook = outlook
        self._look_anew()

    def _look_anew(self) -> None:
        found = self.survey
        if found is None:
            return
        if len(found.board.cells) <= FEW or found.has(self._outlook):
            self._show(survey(found.board, self._outlook, found))
        else:
            self._write("working it out")
            self._survey_in_thread()

    @work(thread=True, exclusive=True, group="survey")
    def _survey_in_thread(self) -> None:
        last = self.survey  # no argument: Textual writes those out, and this is thousands of cells
        assert last is not None
        found = survey(last.board, self._outlook, last)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._surveyed, found)

    def _surveyed(self, found: Survey) -> None:
        if found.outlook == self._outlook:
            self._show(found)

    def _point(self, number: int) -> None:
        """The cursor to a cell, on the maps and in the table."""
        found = self.survey
        if found is None or number == self._outlook.cell or number not in found.cells:
            return
        before = found.slice
        self._outlook = replace(self._outlook, cell=number)
        moved = replace(found, outlook=self._outlook)
        if self._outlook.sliced and moved.slice != before:
            self._look_anew()
            return
        self.survey = moved
        self.query_one(CellTable).point(str(number))
        self.query_one(HeatView).take(moved)
        self._tell()

    def _tell(self) -> None:
        """Everything about the cell under the cursor."""
        self._write("\n".join(lines(self.survey)) if self.survey else "")

    def _write(self, text: str) -> None:
        line, content = self.query_one("#which", Static), Content(text)
        if line.content != content:
            line.update(content)

    def on_resize(self) -> None:
        """Both have room, or one of them."""
        self._arrange()

    def _arrange(self) -> None:
        alone = self._alone or self.size.height < SHORT
        self.set_class(alone, "-alone")
        view = self.query_one(HeatView)
        room = max(1, (self.size.height - 6) // 2)
        if not alone:
            view.styles.height = min(view.natural, room)
        else:
            view.styles.height = "1fr" if self.has_class("-map") else 0

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """What has the focus is seen."""
        if isinstance(event.widget, (CellTable, HeatView)):
            self.set_class(isinstance(event.widget, HeatView), "-map")
            self.set_class(isinstance(event.widget, CellTable), "-table")
            self._arrange()

    @on(Chosen)
    def _chosen(self, message: Chosen) -> None:
        message.stop()
        self._point(int(message.name))

    @on(ArmPointed)
    def _arm_pointed(self, message: ArmPointed) -> None:
        message.stop()
        self._look(replace(self._outlook, arm=message.arm))

    def action_turn(self, what: str, by: int) -> None:
        """The next arm, measure or axis, or the one before."""
        if self.survey is not None:
            self._look(self._outlook.turned(self.survey.board, what, by))

    def action_slice(self, by: int) -> None:
        """The other axes at their next values, or those before, or put together."""
        if self.survey is not None:
            if not self.survey.others:
                self.notify("this sweep has no axes but those of the map", markup=False)
            self._look(self.survey.sliced(by))

    def action_reset(self) -> None:
        """The first arm, t_gen, the first axes, all slices together, in the order of the sweep."""
        kept = self._outlook
        if self.survey is not None:
            first = Outlook(cell=kept.cell, wanted=kept.wanted)
            self._look(first.on(self.survey.board))

    def action_zoom(self) -> None:
        """This pane alone, or both where they have room."""
        self._alone = not self._alone
        self._arrange()

    def action_sort(self, by: int) -> None:
        """Sort by another of the columns that are shown."""
        names = self.query_one(CellTable).columns
        if names:
            at = names.index(self._outlook.by) if self._outlook.by in names else -1
            by_name = names[(at + by) % len(names)]
            self._look(replace(self._outlook, by=by_name, backwards=False))

    def action_order(self) -> None:
        """Turn the order round."""
        self._look(replace(self._outlook, backwards=not self._outlook.backwards))

    def action_filter(self) -> None:
        """Ask which cells to list."""
        field = self.query_one(SearchField)
        field.display = True
        field.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        obstacle = self.query_one("#obstacle", Static)
        board = self.survey.board if self.survey else None
        try:
            wanted = celltable.chosen(board, event.value) if board else EVERYTHING
        except UsageError as error:
            obstacle.update(Content(safe(str(error), 300)))
            obstacle.display = True
            return
        obstacle.display = False
        self._look(replace(self._outlook, wanted=wanted))

    @on(Searched)
    def _searched(self, message: Searched) -> None:
        """Back to the cells; the filter stays in sight while it chooses."""
        message.stop()
        field = self.query_one(SearchField)
        field.display = bool(field.value.strip())
        self.query_one(CellTable).focus()

    async def action_back(self) -> None:
        """No filter any more; both panes again; out of this screen."""
        field = self.query_one(SearchField)
        if field.display:
            field.value = ""
            field.display = False
            self.query_one("#obstacle").display = False
            self.query_one(CellTable).focus()
        elif self._alone:
            self.action_zoom()
        else:
            await self.run_action("app.out")
