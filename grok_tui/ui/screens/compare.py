"""The compare screen: any runs overlaid, grouped by what differs, with what they reached below."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from grok_tui.errors import UsageError
from grok_tui.monitor.figures import prepare
from grok_tui.monitor.filter import parse
from grok_tui.monitor.gathering import Gathering
from grok_tui.monitor.text import safe
from grok_tui.ui import exporting, keys
from grok_tui.ui.messages import Compared, Drawn, Export, Searched, SelectionChanged, Told
from grok_tui.ui.panes.charts import ChartsPane
from grok_tui.ui.selection import Selection
from grok_tui.ui.widgets.diff import DiffView
from grok_tui.ui.widgets.fields import SearchField
from grok_tui.ui.widgets.grouptable import GROUPS, MOST, GroupTable
from grok_tui.ui.widgets.keybar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.compared import Comparison
    from grok_tui.protocol.rundir import RunDir

PERIOD = 0.5
"""Least seconds between two looks at the runs."""
PATIENCE = 0.25
"""Seconds of reading after which what was read so far is shown."""
SHARE = 0.1
"""Part of the time that may go into drawing."""
EXPORTS = "exports"
"""Folder in the runs folder for what is exported of several runs."""
BESIDE = 120
"""Columns from which on what differs stands beside the curves, not in their place."""


class Compare(Screen[None]):
    """Groups of lanes of several runs; those that train go on growing."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("compare")
    AUTO_FOCUS = "GroupTable"
    DEFAULT_CSS = """
    Compare #both { height: 1fr; }
    Compare #both > ChartsPane { width: 3fr; }
    Compare #nothing { height: 1fr; padding: 2 4; display: none; }
    """

    def __init__(self, runs: Sequence[RunDir], folder: Path, period: float = PERIOD) -> None:
        super().__init__(name="compare")
        self._runs = runs
        self._folder = folder
        self._period = max(PERIOD, period)
        self._enough = threading.Event()
        self._shown = threading.Semaphore(0)
        self._cost = 0.0
        self._found: Comparison | None = None
        self._differs = False
        selection = Selection()
        self._table = GroupTable(selection)
        self._charts = ChartsPane(selection, self._table)

    def compose(self) -> ComposeResult:
        """Head, curves over the table of groups, what differs, keys."""
        yield Static(id="head", markup=False)
        with Horizontal(id="both"):
            yield self._charts
            yield DiffView()
        yield Static(_advice(), id="nothing", markup=False)
        yield SearchField("compare-filter", "words, wd=0.1, t_gen<2k, state=generalised, -dense")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to read."""
        self._arrange()
        if self._runs:
            self.run_worker(self._follow, thread=True, group="follow")
        else:
            self._say_nothing()

    def on_unmount(self) -> None:
        """Let the thread go."""
        self._enough.set()
        self._shown.release()

    def _say_nothing(self) -> None:
        """There is nothing to compare: say how to choose runs."""
        self.query_one("#both").display = False
        self.query_one("#nothing").display = True
        self.post_message(Drawn())

    def _follow(self) -> None:
        """Look at all runs and have them shown, in turns."""
        gathered = Gathering(self._runs)
        seen: Comparison | None = None
        while not self._enough.is_set():
            found = gathered.look(PATIENCE)
            if found is not seen:
                seen = found
                self.post_message(Compared(found))
                prepare()
                self._shown.acquire()
            if not gathered.behind:
                self._enough.wait(max(self._period, self._cost / SHARE))
        gathered.close()

    @on(Compared)
    def _compared(self, message: Compared) -> None:
        message.stop()
        began = time.monotonic()
        first, self._found = self._found is None, message.found
        with self.app.batch_update():
            self._table.take(message.found)
            self.query_one(DiffView).take(message.found)
            self._draw()
        if first:
            self.post_message(Drawn())
        self._cost = time.monotonic() - began
        self._shown.release()

    def _draw(self) -> None:
        if self._found is not None:
            self._write_head(self._found)
            if self._found.view is not None:
                self._charts.draw(self._found.view, None)

    def _write_head(self, found: Comparison) -> None:
        runs = "1 run" if len(found.views) == 1 else f"{len(found.views)} runs"
        groups = "1 group" if len(found.groups) == 1 else f"{len(found.groups)} groups"
        parts = [f"{runs}, {groups}"]
        chosen = self._table.filter
        if chosen:
            parts.append(f"{len(self._table.rows)} by “{safe(chosen.text, 60)}”")
        if self._table.crowded:
            parts.append(f"the first {MOST} are drawn, Space draws others")
        base = safe(self._table.base, 40)
        parts.append(f"faster than {base}" if base else "faster than the dense arm of the same run")
        repeated = sum(group.repeated for group in found.groups)
        if repeated:
            parts.append(f"{repeated} repeated lanes left out")
        unread = len(found.views) - len(found.readable)
        if unread:
            parts.append(f"{unread} cannot be read")
        parts += [found.note] if found.note else []
        line = Content.assemble(("compare  ", "bold $foreground"), "   ".join(parts))
        head = self.query_one("#head", Static)
        if head.content != line:
            head.update(line)

    def on_resize(self) -> None:
        """What differs goes beside the curves, or in their place."""
        self._arrange()

    def _arrange(self) -> None:
        self.query_one(DiffView).display = self._differs
        self._charts.display = not self._differs or self.size.width >= BESIDE

    def on_selection_changed(self, message: SelectionChanged) -> None:
        """Other groups are drawn, or another one on top."""
        message.stop()
        self._charts.redraw()
        if self._found is not None:
            self._write_head(self._found)

    def action_differ(self) -> None:
        """What differs between the runs: show it, or hide it."""
        self._differs = not self._differs
        self._arrange()
        if self._found is not None:
            self.call_after_refresh(self.query_one(DiffView).take, self._found)
        self.set_focus(self._table if self._charts.display else self.query_one(DiffView))

    def action_filter(self) -> None:
        """Ask which groups to show."""
        field = self.query_one(SearchField)
        field.value = self._table.filter.text
        field.display = True
        field.focus()

    def on_searched(self, message: Searched) -> None:
        """Show what the filter chooses, or say what is wrong with it."""
        message.stop()
        field = self.query_one(SearchField)
        try:
            chosen = parse(field.value)
        except UsageError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._close_field()
        self._table.choose(chosen)

    def _close_field(self) -> None:
        self.query_one(SearchField).display = False
        self.set_focus(self._table if self._charts.display else self.query_one(DiffView))

    @on(Export)
    def _export(self, message: Export) -> None:
        message.stop()
        exporting.write(self, self._folder / EXPORTS, message)
        if message.name == GROUPS:  # and the curves that go with them
            self._charts.action_export()

    @on(Told)
    def _told(self, message: Told) -> None:
        message.stop()
        severity = "error" if message.failed else "information"
        self.notify(safe(message.sentence, 400), severity=severity, markup=False)  # type: ignore[arg-type]

    async def action_back(self) -> None:
        """Close what was opened last; else out of this screen."""
        if self.query_one(SearchField).display:
            self._close_field()
        elif self._charts.out():
            return
        elif self._differs:
            self.action_differ()
        else:
            await self.run_action("app.out")


def _advice() -> Content:
    return Content.assemble(
        ("Nothing to compare.\n\n", "bold"),
        "Press ",
        ("1 ", "bold $primary"),
        "for the list of runs, mark some with ",
        ("Space", "bold $primary"),
        ", then press ",
        ("3", "bold $primary"),
        ". Of one run its arms are compared.",
    )
