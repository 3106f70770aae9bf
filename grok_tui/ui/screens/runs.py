"""The list of runs: every run in the folder with its state; open, stop, pause, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Static

from grok_tui.errors import GrokTuiError
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import ALIVE
from grok_tui.ui.keys import bindings
from grok_tui.ui.messages import Drawn, OpenRun, RunsRead, Told
from grok_tui.ui.screens.confirm import Confirm
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.runtable import RunTable
from grok_tui.ui.widgets.states import CAN_RESUME, STANDING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.catalog import Summary
    from grok_tui.ui.services import Services

EVERY = 2.0
"""Seconds between two looks at the folder."""


class Runs(Screen[None]):
    """Every run of one folder. Rows change only where something changed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("runs")

    def __init__(self, runs: Path, services: Services) -> None:
        super().__init__(name="runs")
        self._runs = runs
        self._services = services
        self._found: dict[str, Summary] = {}

    def compose(self) -> ComposeResult:
        """The table, or what to do where there is nothing to list."""
        yield Static("runs", id="head", markup=False)
        yield RunTable()
        yield Static(id="empty", markup=False)
        yield Static(id="which", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the folder now and every so often."""
        self.query_one("#empty").display = False
        self.read()
        self.set_interval(EVERY, self.read)

    @work(thread=True, exclusive=True, group="read")
    def read(self) -> None:
        """Every run in the folder, read off the event loop."""
        if self.is_current or not self._found:
            self.post_message(RunsRead(self._services.summaries(self._runs, 0)))

    def on_runs_read(self, message: RunsRead) -> None:
        """Show what was read."""
        self._found = {one.run.id: one for one in message.summaries}
        self._write("#head", self._head(message.summaries))
        table = self.query_one(RunTable)
        table.show(message.summaries, self._services.clock())
        empty = self.query_one("#empty", Static)
        table.display = bool(message.summaries)
        if empty.display == table.display:
            empty.display = not table.display
            empty.update(self._advice())
        self._tell()
        self.call_after_refresh(self.post_message, Drawn())

    def on_resize(self) -> None:
        """Columns come and go with the width."""
        if self._found:
            summaries = list(self._found.values())
            self.call_after_refresh(
                self.query_one(RunTable).show, summaries, self._services.clock()
            )

    def _head(self, found: Sequence[Summary]) -> Content:
        alive = sum(one.state in ALIVE for one in found)
        count = "1 run" if len(found) == 1 else f"{len(found)} runs"
        training = f", {alive} training" if alive else ""
        where = safe(str(self._runs), 60)
        return Content.assemble(("runs  ", "bold $foreground"), f"{count}{training} in {where}")

    def _advice(self) -> Content:
        return Content.assemble(
            ("No runs yet.\n\n", "bold"),
            "Press ",
            ("^n ", "bold $primary"),
            "to pick an experiment and start one, or from a shell:\n\n",
            "    grok-tui run quickstart\n\n",
            (f"Runs are looked for in {safe(str(self._runs), 200)}", "$muted"),
        )

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter, or a click on the row of the cursor."""
        event.stop()
        one = self._chosen()
        if one is not None:
            self.post_message(OpenRun(one.run))

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Say which run the cursor is on, in full."""
        event.stop()
        self._tell()

    def _tell(self) -> None:
        """The id of the run under the cursor, and what is wrong or uncertain about it."""
        one = self._chosen()
        parts = [one.run.id, one.problem, one.note] if one else []
        line = "  ".join(safe(part, 300) for part in parts if part)
        self._write("#which", Content(line))

    def _write(self, selector: str, text: Content) -> None:
        """Change a line, if it is another: an unchanged one must cost no traffic."""
        line = self.query_one(selector, Static)
        if line.content != text:
            line.update(text)

    def _chosen(self) -> Summary | None:
        """The run under the cursor."""
        return self._found.get(self.query_one(RunTable).chosen)

    def action_down(self) -> None:
        """One run down."""
        self.query_one(RunTable).action_cursor_down()

    def action_up(self) -> None:
        """One run up."""
        self.query_one(RunTable).action_cursor_up()

    def action_refresh(self) -> None:
        """Look at the folder now."""
        self.read()

    def action_stop(self) -> None:
        """Ask, then tell the trainer to stop."""
        one = self._chosen()
        if one is None or one.state not in ALIVE:
            self._cannot("stop", one)
            return
        name = safe(one.run.id, 60)
        question = f"Stop {name}?\nIt writes a checkpoint and can be resumed."

        def answered(yes: bool | None) -> None:
            if yes:
                self._do(lambda: self._services.send(one.run, "stop"), f"Asked {name} to stop.")

        self.app.push_screen(Confirm(question, "Stop it"), answered)

    def action_pause(self) -> None:
        """Pause a run that trains, let one that is paused go on."""
        one = self._chosen()
        name = safe(one.run.id, 60) if one else ""
        if one is not None and one.state == "running":
            self._do(lambda: self._services.send(one.run, "pause"), f"Asked {name} to pause.")
        elif one is not None and one.state == "paused":
            self._do(lambda: self._services.send(one.run, "continue"), f"Asked {name} to go on.")
        else:
            self._cannot("pause", one)

    def action_resume(self) -> None:
        """Take a run on that ended before its time."""
        one = self._chosen()
        if one is None or one.state not in CAN_RESUME:
            self._cannot("resume", one)
            return
        name = safe(one.run.id, 60)
        self._do(lambda: self._services.resume(one.run), f"{name} goes on from its checkpoint.")

    def _cannot(self, what: str, one: Summary | None) -> None:
        why = f"{safe(one.run.id, 60)} {STANDING[one.state]}" if one else "there is no run"
        self.notify(f"Nothing to {what}: {why}.", severity="warning", markup=False)

    @work(thread=True, group="do")
    def _do(self, call: Callable[[], None], sentence: str) -> None:
        """Carry something out that may wait for a disk or a process, and say what came of it."""
        try:
            call()
        except GrokTuiError as error:
            self.post_message(Told(str(error), failed=True))
        else:
            self.post_message(Told(sentence))

    def on_told(self, message: Told) -> None:
        """Say it, and show the new state."""
        severity = "error" if message.failed else "information"
        self.notify(safe(message.sentence), severity=severity, markup=False)  # type: ignore[arg-type]
        self.read()
