"""The live screen of one run: its log, replayed as it grows; a finished run is no other case."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import on
from textual.reactive import var

from grok_tui.monitor.figures import prepare
from grok_tui.monitor.text import safe
from grok_tui.monitor.verdict import judge
from grok_tui.monitor.watch import ALIVE, State, View, Watch
from grok_tui.ui import exporting, keys
from grok_tui.ui.events import APART, Commands, Herald, Mute, command_line
from grok_tui.ui.messages import (
    Drawn,
    Export,
    Happened,
    Looked,
    OpenCompare,
    Ordered,
    SelectionChanged,
    Told,
)
from grok_tui.ui.ordering import Ordering
from grok_tui.ui.panes.deck import Deck
from grok_tui.ui.reusing import Reusing
from grok_tui.ui.services import Services
from grok_tui.ui.telling import tell
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.machine import KEPT, MachineLine
from grok_tui.ui.widgets.states import CAN_RESUME, STANDING
from grok_tui.ui.widgets.status import Status

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.machine import Sample
    from grok_tui.protocol.control import Command
    from grok_tui.protocol.rundir import RunDir

TRAINING: tuple[State, ...] = ("running", "paused")
"""States in which a trainer hears."""
PERIOD = 0.5
"""Seconds between two looks at the run."""
PATIENCE = 0.25
"""Seconds of reading after which what was read so far is shown."""
FIRST = 0.1
"""The same at first: of a long log the names, before its numbers."""
SHARE = 0.035
"""Part of the time that may go into drawing: a run of many arms is drawn less often."""
_SENT: dict[Command, str] = {
    "stop": "stopping at the next step",
    "pause": "pausing",
    "continue": "going on",
}


class Looks(Protocol):
    """What the screen needs of a `Watch`; a test passes another."""

    def look(self, patience: float = ...) -> View:
        """The run as it is now."""
        ...

    def close(self) -> None:
        """No look follows."""
        ...


class LiveScreen(Reusing):
    """Charts, comparison and verdict of one run, its log one key away."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("live")]
    NEWS: ClassVar[bool] = True
    """Whether it happens now: then the machine is shown, and who looks elsewhere is told."""
    AUTO_FOCUS = "ChartsPane"

    view: var[View | None] = var(None, init=False)  # a `reactive` would repaint the whole screen
    """The run as it was last seen: everything on the screen follows from it."""

    def __init__(
        self,
        run: RunDir,
        services: Services | None = None,
        watch: Looks | None = None,
        period: float = PERIOD,
        mute: Mute | None = None,
    ) -> None:
        super().__init__(name="live")
        self.run = run
        self._services = services or Services()
        self._watching = watch or Watch(run)
        self._period = period
        self._enough = threading.Event()
        self._shown = threading.Semaphore(1)
        self._cost = 0.0
        self._ordering = Ordering(self, run, self._services)
        self._mute = mute or Mute(os.environ)
        command = Commands(lambda: command_line(os.environ), self._command_failed)
        self._herald = Herald(self._happened, command)
        self._samples: deque[Sample] = deque(maxlen=KEPT)
        self.only: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        """Head and panes, and the keys below them."""
        yield Status(self._mute)
        yield MachineLine(self._services.machine, self._samples)
        yield Deck(self.run, self._samples, self.only)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin to follow the run."""
        if self.NEWS:
            self.set_interval(APART, self._herald.tick)
        self.run_worker(self._follow, thread=True, group="follow")

    def on_unmount(self) -> None:
        """Let the thread go; the run does not notice."""
        self._enough.set()
        self._shown.release()

    def _follow(self) -> None:
        """Look, and have it shown once the view before was: none waits in line behind an older."""
        seen = -1
        try:
            while not self._enough.is_set():
                view = self._watching.look(FIRST if seen < 0 else PATIENCE)
                if view.version != seen and self._shown.acquire(blocking=not view.behind):
                    self.post_message(Looked(view))
                    seen = view.version
                if not view.behind:
                    self._enough.wait(max(self._period, self._cost / SHARE))
        except OSError as error:
            self.post_message(Told(f"cannot read {self.run.id}: {error.strerror}", failed=True))
        finally:
            self._watching.close()

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        message.stop()
        began = time.monotonic()
        self.view = message.view
        self._cost = time.monotonic() - began
        self.app.call_after_refresh(self._shown.release)

    def watch_view(self, before: View | None, view: View) -> None:
        """Show the new view, and say so the first time."""
        verdict = judge(view.config, view.history) if view.config is not None else None
        with self.app.batch_update():
            self.query_one(Status).draw(view)
            if self.NEWS:
                self.query_one(MachineLine).draw(view)
                self._herald.see(view)
            self.query_one(Deck).draw(view, verdict)
        self.query_one(KeyBar).leave_out(*_idle_keys(view.state, told=not self.NEWS))
        self._ordering.answered(view.history)
        if before is None:
            self.app.post_message(Drawn())
            # For the charts, and not while the words of the first view are painted.
            self.app.call_after_refresh(self.run_worker, prepare, thread=True, group="prepare")

    def on_resize(self) -> None:
        """Write the head for the new width, once that has taken effect."""
        self.call_after_refresh(self.query_one(Status).redraw)
        self.call_after_refresh(self.query_one(MachineLine).redraw)

    def _happened(self, sentence: str, grave: bool) -> None:
        self.post_message(Happened(sentence, grave))

    def _command_failed(self, sentence: str) -> None:
        self.post_message(Told(sentence, failed=True))

    def on_sampled(self) -> None:
        """Show the machine's new sample in its pane."""
        self.query_one(Deck).sampled()

    def meant(self) -> RunDir:
        """The run that is shown."""
        return self.run

    async def action_pane(self, name: str) -> None:
        """Show a pane."""
        await self.query_one(Deck).choose(name)

    def action_compare(self) -> None:
        """Compare the arms of this run; with others after marking them in the list of runs."""
        self.post_message(OpenCompare([self.run]))

    async def action_back(self) -> None:
        """Out of full screen, back to the charts, or out of this screen."""
        if not await self.query_one(Deck).out():
            await self.run_action("app.out")

    def on_selection_changed(self, message: SelectionChanged) -> None:
        """Other arms are drawn, or another one on top."""
        message.stop()
        self.query_one(Deck).charts.redraw()

    def on_ordered(self, message: Ordered) -> None:
        """Wait for the answer to an order."""
        message.stop()
        self._ordering.sent(message.id, self.view.history if self.view else None)

    def action_ticket(self) -> None:
        """Take a ticket of an arm as it is now."""
        if self.view and self._can("take a ticket of", *TRAINING):
            self._ordering.ticket(self.view, self.query_one(Deck).charts.arm)

    def action_seeds(self) -> None:
        """Train all arms with further seeds."""
        if self.view and self._can("add seeds to", *TRAINING):
            self._ordering.seeds(self.view)

    def action_halt(self) -> None:
        """End one lane."""
        if self.view and self._can("halt", *TRAINING):
            self._ordering.halt(self.view, self.query_one(Deck).charts.arm)

    def action_note(self) -> None:
        """Put a note to the step under the value cursor, or to the newest."""
        if self.view:
            self._ordering.note(self.view, self.query_one(Deck).charts.step)

    def action_stop(self) -> None:
        """Stop the run, if it is meant."""
        from grok_tui.ui.screens.confirm import Confirm

        if self._can("stop", *ALIVE):
            question = f"Stop {self._named}? It writes a checkpoint; R goes on from there."
            self.app.push_screen(Confirm(question, "Stop"), self._stop_if)

    def _stop_if(self, meant: bool | None) -> None:
        if meant:
            self._send("stop")

    def action_pause(self) -> None:
        """Pause the training, or let it go on."""
        if self._can("pause", "running", "paused"):
            paused = self.view is not None and self.view.state == "paused"
            self._send("continue" if paused else "pause")

    def action_resume(self) -> None:
        """Take a run on that ended before its time."""
        if self._can("resume", *CAN_RESUME):
            tell(self, lambda: self._services.resume(self.run), "resuming from the last checkpoint")

    def _send(self, command: Command) -> None:
        tell(self, lambda: self._services.send(self.run, command), _SENT[command])

    @on(Export)
    def _export(self, message: Export) -> None:
        message.stop()
        exporting.write(self, self.run.exports, message)

    @on(Told)
    def _told(self, message: Told) -> None:
        message.stop()
        text = safe(message.sentence, 400)
        self.notify(text, severity="error" if message.failed else "information", markup=False)

    def _can(self, verb: str, *states: str) -> bool:
        """Whether the run is in one of these states; says so if it is not."""
        state = self.view.state if self.view else "starting"
        if state not in states:
            self.notify(f"nothing to {verb}: this run {STANDING[state]}", markup=False)
        return state in states

    @property
    def _named(self) -> str:
        config = self.view.config if self.view else None
        return f"“{safe(config.title, 60)}”" if config else self.run.id


def _idle_keys(state: State, *, told: bool) -> list[str]:
    """The keys that have nothing to do with a run in this state, or with one that is only told."""
    idle = [] if state in ALIVE and not told else ["live.stop", "live.pause"]
    return idle if state in CAN_RESUME else [*idle, "live.resume"]
