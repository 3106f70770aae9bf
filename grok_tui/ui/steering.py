"""What can be done with the run under a cursor, and with those that are marked."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING

from textual import work

from grok_tui.errors import GrokTuiError
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import ALIVE
from grok_tui.ui.messages import Differing, OpenCompare, OpenRun, Told
from grok_tui.ui.reusing import Reusing
from grok_tui.ui.screens.confirm import Confirm
from grok_tui.ui.widgets.states import CAN_RESUME, STANDING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.monitor.catalog import Summary
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.services import Services


class Steering(Reusing):
    """A screen with runs on it, one of them chosen and some marked."""

    def __init__(self, name: str, runs: Path, services: Services) -> None:
        super().__init__(name=name)
        self._runs = runs
        self._services = services
        self._marked: set[str] = set()

    @abstractmethod
    def chosen(self) -> Summary | None:
        """The run under the cursor."""

    def meant(self) -> RunDir | None:
        """The same, as a folder."""
        one = self.chosen()
        return one.run if one else None

    @abstractmethod
    def marked(self) -> list[Summary]:
        """The marked runs."""

    @abstractmethod
    def look_again(self) -> None:
        """Show what was done."""

    def action_open(self) -> None:
        """Watch the run under the cursor, or replay its log."""
        one = self.chosen()
        if one is not None:
            self.post_message(OpenRun(one.run))

    def action_compare(self) -> None:
        """The marked runs side by side; without any the one under the cursor."""
        one = self.chosen()
        runs = [each.run for each in self.marked()] or ([one.run] if one else [])
        self.post_message(OpenCompare(runs))

    def action_differ(self) -> None:
        """What differs between the configurations of the marked runs."""
        found = self.marked()
        one = self.chosen()
        if len(found) == 1 and one is not None and one.run.id not in self._marked:
            found.append(one)
        if len(found) < 2:
            words = "Mark two runs or more with Space: D shows what differs between them."
            self.notify(words, markup=False)
        else:
            self._differ(found)

    @work(thread=True, exclusive=True, group="differ")
    def _differ(self, found: list[Summary]) -> None:
        from grok_tui.monitor.catalog import read_config
        from grok_tui.monitor.compared import Comparison
        from grok_tui.monitor.differing import differences
        from grok_tui.monitor.watch import View

        views = tuple(View(one.run, *read_config(one.run)) for one in found)
        configs = [view.config for view in views if view.config is not None]
        self.post_message(Differing(Comparison(views, differences=differences(configs))))

    def on_differing(self, message: Differing) -> None:
        """Show it over the runs."""
        from grok_tui.ui.screens.differing import DiffSheet

        message.stop()
        self.app.push_screen(DiffSheet(message.found))

    def action_stop(self) -> None:
        """Ask, then tell the trainer to stop."""
        one = self.chosen()
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
        one = self.chosen()
        name = safe(one.run.id, 60) if one else ""
        if one is not None and one.state == "running":
            self._do(lambda: self._services.send(one.run, "pause"), f"Asked {name} to pause.")
        elif one is not None and one.state == "paused":
            self._do(lambda: self._services.send(one.run, "continue"), f"Asked {name} to go on.")
        else:
            self._cannot("pause", one)

    def action_resume(self) -> None:
        """Take a run on that ended before its time."""
        one = self.chosen()
        if one is None or one.state not in CAN_RESUME:
            self._cannot("resume", one)
            return
        name = safe(one.run.id, 60)
        self._do(lambda: self._services.resume(one.run), f"{name} goes on from its checkpoint.")

    def action_fork(self) -> None:
        """Ask, then begin a new run from the latest checkpoint of this one."""
        one = self.chosen()
        if one is None:
            self._cannot("fork", one)
            return
        name = safe(one.run.id, 60)
        question = f"Fork {name}?\nA new run begins from its latest checkpoint and trains on."

        def answered(yes: bool | None) -> None:
            if yes:
                call = partial(self._services.fork, one.run, self._runs)
                self._do(call, f"A new run begins as {name} was at its latest checkpoint.")

        self.app.push_screen(Confirm(question, "Fork it"), answered)

    def action_archive(self) -> None:
        """Ask, then move a run out of the list; nothing is ever deleted."""
        one = self.chosen()
        if one is None or one.state in ALIVE:
            self._cannot("archive", one)
            return
        name = safe(one.run.id, 60)
        if one.run.id in self._marked:
            self.notify(f"{name} is marked: Space takes the mark away.", markup=False)
            return
        runs = safe(str(self._runs), 200)
        question = f"Archive {name}?\nIt moves to {runs}/.archive; nothing is deleted."
        sentence = f"Archived {name}. `mv {runs}/.archive/{name} {runs}` brings it back."

        def answered(yes: bool | None) -> None:
            if yes:
                self._do(lambda: self._services.archive(one.run), sentence)

        self.app.push_screen(Confirm(question, "Archive it"), answered)

    def _cannot(self, what: str, one: Summary | None) -> None:
        why = f"{safe(one.run.id, 60)} {STANDING[one.state]}" if one else "there is no run"
        self.notify(f"Nothing to {what}: {why}.", severity="warning", markup=False)

    @work(thread=True, group="do")
    def _do(self, call: Callable[[], object], sentence: str) -> None:
        """Carry something out that may wait for a disk or a process, and say what came of it."""
        try:
            call()
        except GrokTuiError as error:
            self.post_message(Told(str(error), failed=True))
        else:
            self.post_message(Told(sentence))

    def on_told(self, message: Told) -> None:
        """Say it, and show the new state."""
        message.stop()
        severity = "error" if message.failed else "information"
        self.notify(safe(message.sentence, 400), severity=severity, markup=False)  # type: ignore[arg-type]
        self.look_again()
