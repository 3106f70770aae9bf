"""The list of runs: every run in the folder with its state; chosen, sorted, compared, steered."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from grok_tui.errors import UsageError
from grok_tui.monitor.filter import EVERYTHING, Filter
from grok_tui.monitor.listing import arranged, chosen
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import ALIVE
from grok_tui.ui.keys import bindings
from grok_tui.ui.messages import Chosen, Drawn, RunsArranged, RunsRead, Searched
from grok_tui.ui.steering import Steering
from grok_tui.ui.widgets.fields import SearchField
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.runtable import RunTable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from grok_tui.monitor.catalog import Summary
    from grok_tui.ui.services import Services

EVERY = 2.0
"""Seconds between two looks at the folder, at least."""
SHARE = 0.05
"""Part of the time that may go into looking."""
FEW = 300
"""Runs that are filtered and sorted at once; more take long enough to be felt."""
HINT = "fig1 -stopped p=113 wd>=0.1 t_gen<2k state=grokked, or"


class Runs(Steering):
    """Every run of one folder. Rows change only where something changed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("runs")
    AUTO_FOCUS = "RunTable"

    def __init__(self, runs: Path, services: Services) -> None:
        super().__init__("runs", runs, services)
        self._catalog = services.catalog(runs)
        self._reading = threading.Lock()
        self._timer: Timer | None = None
        self._found: Sequence[Summary] | None = None
        self._complete = False
        self._sweeps = 0
        self._wanted: Filter = EVERYTHING
        self._order = ("age", False)

    def compose(self) -> ComposeResult:
        """The table, or what to do where there is nothing to list; the filter below."""
        yield Static("runs", id="head", markup=False)
        yield RunTable()
        yield Static(id="empty", markup=False)
        with Vertical(id="filter"):
            yield SearchField("runs-filter", HINT)
            yield Static(id="obstacle", markup=False)
        yield Static(id="which", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the folder now, and again and again."""
        self.query_one("#empty").display = False
        self.query_one("#obstacle").display = False
        self.read()

    def on_screen_resume(self) -> None:
        """Something may have changed behind another screen."""
        if self._found is not None:
            self.read()

    @work(thread=True, exclusive=True, group="read")
    def read(self) -> None:
        """Every run in the folder, read off the event loop: the newest page first."""
        worker, began = get_current_worker(), time.monotonic()
        with self._reading:
            for found, complete in self._catalog.look():
                if worker.is_cancelled:
                    return
                sweeps = sum(1 for _ in self._services.sweeps.found(self._runs))
                self.post_message(RunsRead(found, complete, time.monotonic() - began, sweeps))

    def on_runs_read(self, message: RunsRead) -> None:
        """Show what was read, and look again after a while."""
        message.stop()
        self._found = message.summaries
        self._complete = message.complete
        self._sweeps = message.sweeps
        if message.complete:
            self._marked &= {one.run.id for one in message.summaries}
            if self._timer is not None:
                self._timer.stop()
            pause = max(EVERY, message.took / SHARE)
            self._timer = self.set_timer(pause, self._read_again)
        self._arrange()

    def _read_again(self) -> None:
        """Nothing is read behind another screen: coming back reads it."""
        if self.is_current:
            self.read()

    def _arrange(self) -> None:
        """Filter and sort; many runs in a thread, so that typing never waits."""
        found = self._found or ()
        as_read = not self._wanted and self._order[0] == "age"
        if as_read or len(found) <= FEW:
            self._show(self._arranged(found))
        else:
            self._sort()

    @work(thread=True, exclusive=True, group="arrange")
    def _sort(self) -> None:
        """Without arguments: Textual writes those of a worker out, and these are thousands."""
        rows = self._arranged(self._found or ())
        if not get_current_worker().is_cancelled:
            self.post_message(RunsArranged(rows))

    def _arranged(self, found: Sequence[Summary]) -> Sequence[Summary]:
        return arranged(found, self._services.clock(), self._wanted, *self._order)

    def on_runs_arranged(self, message: RunsArranged) -> None:
        """Show them in this order."""
        message.stop()
        self._show(message.rows)

    def _show(self, rows: Sequence[Summary]) -> None:
        found = self._found or ()
        table = self.query_one(RunTable)
        empty = self.query_one("#empty", Static)
        if empty.display == bool(found):
            empty.display = not found
            empty.update(self._advice())
        table.display = bool(found)
        table.take(rows, self._services.clock(), frozenset(self._marked), self._order)
        self._write("#head", self._head(found, rows))
        self._tell()
        self.call_after_refresh(self.post_message, Drawn())

    def _head(self, found: Sequence[Summary], rows: Sequence[Summary]) -> Content:
        alive = sum(one.state in ALIVE for one in found)
        parts = ["1 run" if len(found) == 1 else f"{len(found)} runs"]
        parts += [] if self._complete else ["reading the others"]
        parts += [f"{alive} training"] if alive else []
        parts += [f"{len(rows)} shown"] if self._wanted else []
        parts += [f"{len(self._marked)} marked"] if self._marked else []
        where = safe(str(self._runs), 60)
        if self._sweeps:
            where += f"   8 shows {self._sweeps} sweep{'s' if self._sweeps > 1 else ''}"
        return Content.assemble(("runs  ", "bold $foreground"), f"{', '.join(parts)} in {where}")

    def _advice(self) -> Content:
        return Content.assemble(
            ("No runs yet.\n\n", "bold"),
            "Press ",
            ("^n ", "bold $primary"),
            "to pick an experiment and start one, or from a shell:\n\n",
            "    grok-tui run quickstart\n\n",
            (f"Runs are looked for in {safe(str(self._runs), 200)}", "$muted"),
        )

    def _tell(self) -> None:
        """The id of the run under the cursor, and what is wrong or uncertain about it."""
        one = self.chosen()
        parts = [one.run.id, one.problem, one.note] if one else []
        line = "  ".join(safe(part, 300) for part in parts if part)
        self._write("#which", Content(line))

    def _write(self, selector: str, text: Content) -> None:
        """Change a line, if it is another: an unchanged one must cost no traffic."""
        line = self.query_one(selector, Static)
        if line.content != text:
            line.update(text)

    def chosen(self) -> Summary | None:
        """The run under the cursor."""
        return self.query_one(RunTable).chosen

    def marked(self) -> list[Summary]:
        """The marked runs, newest first."""
        return [one for one in self._found or () if one.run.id in self._marked]

    def look_again(self) -> None:
        """Something was done with a run: show it."""
        self.read()

    def action_mark(self) -> None:
        """Mark the run under the cursor, or no more."""
        one = self.chosen()
        if one is not None:
            self._marked ^= {one.run.id}
            self._arrange()

    def action_move(self, by: int) -> None:
        """So many runs down, or up."""
        self.query_one(RunTable).move(by)

    def on_chosen(self, message: Chosen) -> None:
        """Say which run the cursor is on, in full."""
        message.stop()
        self._tell()

    def action_page(self, by: int) -> None:
        """A page down, or up."""
        self.action_move(by * self.query_one(RunTable).page)

    def action_refresh(self) -> None:
        """Look at the folder now."""
        self.read()

    def action_sort(self, by: int) -> None:
        """Sort by another of the columns that are shown."""
        names = self.query_one(RunTable).columns
        at = names.index(self._order[0]) if self._order[0] in names else -1
        self._order = (names[(at + by) % len(names)], False)
        self._arrange()

    def action_order(self) -> None:
        """Turn the order round."""
        name, backwards = self._order
        self._order = (name, not backwards)
        self._arrange()

    def action_filter(self) -> None:
        """Ask which runs to show."""
        field = self.query_one(SearchField)
        field.display = True
        field.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Show what the filter chooses as far as it is typed; what is wrong with it, below."""
        event.stop()
        obstacle = self.query_one("#obstacle", Static)
        try:
            self._wanted = chosen(event.value)
        except UsageError as error:
            obstacle.update(Content(safe(str(error), 300)))
            obstacle.display = True
            return
        obstacle.display = False
        self._arrange()

    def on_searched(self, message: Searched) -> None:
        """Back to the runs; the filter stays in sight while it chooses."""
        message.stop()
        field = self.query_one(SearchField)
        field.display = bool(field.value.strip())
        self.query_one(RunTable).focus()

    async def action_back(self) -> None:
        """No filter any more; no marks any more; out of this screen."""
        field = self.query_one(SearchField)
        if field.display:
            field.value = ""
            field.display = False
            self.query_one("#obstacle").display = False
            self.query_one(RunTable).focus()
        elif self._marked:
            self._marked = set()
            self._arrange()
        else:
            await self.run_action("app.out")
