"""The list of sweeps: every sweep in the folder, how it stands and how far it is."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import get_current_worker

from grok_tui.errors import GrokTuiError
from grok_tui.monitor.sweeps.standing import standing
from grok_tui.monitor.text import safe
from grok_tui.ui.keys import bindings
from grok_tui.ui.messages import Chosen, Drawn
from grok_tui.ui.sweepmessages import OpenSweep, SweepsRead
from grok_tui.ui.sweepservices import Entry
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.sweeptable import SweepTable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.ui.services import Services
    from grok_tui.ui.sweepservices import Looks

EVERY = 2.0
"""Seconds between two looks, at least."""
SHARE = 0.05
"""Part of the time that may go into looking."""


class Sweeps(Screen[None]):
    """Every sweep of one runs folder."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("sweeps")
    AUTO_FOCUS = "SweepTable"
    DEFAULT_CSS = "SweepTable { height: 1fr; padding: 0 1; }"

    def __init__(self, runs: Path, services: Services) -> None:
        super().__init__(name="sweeps")
        self._runs = runs
        self._services = services.sweeps
        self._reading = threading.Lock()
        self._watches: dict[str, Looks] = {}
        self._entries: Sequence[Entry] = ()
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The table, or what to do where there is nothing to list."""
        yield Static("sweeps", id="head", markup=False)
        yield SweepTable()
        yield Static(id="empty", markup=False)
        yield Static(id="which", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the folder now, and again and again."""
        self.query_one("#empty").display = False
        self.read()

    def on_screen_resume(self) -> None:
        """Something may have changed behind another screen."""
        if self._timer is not None:
            self.read()

    @work(thread=True, exclusive=True, group="read")
    def read(self) -> None:
        """How every sweep stands; what was read before is not read again."""
        worker, began = get_current_worker(), time.monotonic()
        entries = []
        with self._reading:
            for sweep in self._services.found(self._runs):
                if worker.is_cancelled:
                    return
                entries.append(self._look(sweep))
        self.post_message(SweepsRead(entries, time.monotonic() - began))

    def _look(self, sweep: SweepDir) -> Entry:
        try:
            watch = self._watches.get(sweep.id)
            if watch is None:
                watch = self._watches[sweep.id] = self._services.watch(sweep)
            return Entry(sweep, watch.look())
        except GrokTuiError as error:
            return Entry(sweep, None, str(error))

    def on_sweeps_read(self, message: SweepsRead) -> None:
        """Show what was read, and look again after a while."""
        message.stop()
        self._entries = message.entries
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(max(EVERY, message.took / SHARE), self._read_again)
        table, empty = self.query_one(SweepTable), self.query_one("#empty", Static)
        empty.display, table.display = not self._entries, bool(self._entries)
        empty.update(self._advice())
        table.fill(message.entries)
        self.query_one("#head", Static).update(self._head())
        self._tell()
        self.call_after_refresh(self.post_message, Drawn())

    def _read_again(self) -> None:
        """Nothing is read behind another screen: coming back reads it."""
        if self.is_current:
            self.read()

    def _head(self) -> Content:
        boards = [entry.board for entry in self._entries if entry.board is not None]
        training = sum(standing(board) == "training" for board in boards)
        count = len(self._entries)
        parts = ["1 sweep" if count == 1 else f"{count} sweeps"]
        parts += [f"{training} training"] if training else []
        where = safe(str(self._runs), 60)
        return Content.assemble(("sweeps  ", "bold $foreground"), f"{', '.join(parts)} in {where}")

    def _advice(self) -> Content:
        return Content.assemble(
            ("No sweeps yet.\n\n", "bold"),
            "A sweep trains one preset at many settings. From a shell:\n\n",
            "    grok-tui sweep rate-by-fraction --dry-run\n\n",
            "says how many cells, lanes and minutes it has; without --dry-run it starts.\n",
            (f"Sweeps are looked for in {safe(str(self._runs), 200)}", "$muted"),
        )

    def _tell(self) -> None:
        one = self.query_one(SweepTable).chosen
        line = self.query_one("#which", Static)
        text = Content(
            safe("  ".join(filter(None, (one.sweep.id, one.problem))), 300) if one else ""
        )
        if line.content != text:
            line.update(text)

    @on(Chosen)
    def _chosen(self, message: Chosen) -> None:
        message.stop()
        self._tell()

    def action_open(self) -> None:
        """Open the sweep under the cursor."""
        one = self.query_one(SweepTable).chosen
        if one is not None:
            self.post_message(OpenSweep(one.sweep))

    def action_move(self, by: int) -> None:
        """So many sweeps down, or up."""
        self.query_one(SweepTable).move(by)

    def action_page(self, by: int) -> None:
        """A page down, or up."""
        self.action_move(by * self.query_one(SweepTable).page)

    def action_refresh(self) -> None:
        """Look at the folder now."""
        self.read()
