"""Starting what a screen has put together: what it takes, on which device, and the trainer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.reactive import reactive
from textual.screen import Screen

from grok_tui.errors import GrokTuiError
from grok_tui.monitor.text import safe
from grok_tui.ui.draft import time_line
from grok_tui.ui.messages import (
    DevicesFound,
    Estimated,
    Fetching,
    OpenRun,
    RunsRead,
    RunStarted,
    StartFailed,
)
from grok_tui.ui.screens.pick import Pick
from grok_tui.ui.widgets.go import Go
from grok_tui.ui.widgets.pickers import Item
from grok_tui.ui.widgets.summary import SHOWN, Newest, Recent, Summary

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.ui.services import Services

EVERY = 5.0
"""Seconds between two looks at the newest runs."""
LONG = 20.0
"""Seconds that a warning stays which nobody expects."""
LOADING = "starting… the trainer loads torch, a few seconds"
CHOICES = (
    Item("auto", "auto: the first GPU that torch can use, else the cores"),
    Item("cpu", "cpu: the cores of this machine"),
)


class Starting(Screen[None]):
    """A screen with a `Summary`, a `Go` and newest runs, whose subclass says what to start."""

    starting: reactive[bool] = reactive(False, init=False)
    """Whether a trainer is coming up."""
    device: reactive[str] = reactive("auto", init=False)
    """Where it would train."""

    def __init__(self, name: str, runs: Path, services: Services) -> None:
        super().__init__(name=name)
        self._runs = runs
        self._services = services
        self._config: Config | None = None
        """What would be started."""
        self._called = ""
        """What the run would be called."""
        self._problem = ""
        """Why there is nothing to start."""
        self._drawn = False
        """Whether the first picture is out; until then nothing else is done."""

    def watch_device(self, device: str) -> None:
        """Say where it would train, and what it takes there."""
        self.query_one(Go).device = device
        if self._config is not None:
            self.estimate(self._config, device)

    @work(thread=True, exclusive=True, group="estimate")
    def estimate(self, config: Config, device: str) -> None:
        """What it takes; runs may have to be read and a driver asked: not on the event loop."""
        scarce = False
        lines: tuple[str, ...]
        try:
            found = self._services.estimate(config, self._runs)
            need = self._services.memory(config, device)
            lines, scarce = (time_line(found.seconds, found.basis), need.line), need.short
        except GrokTuiError as error:
            lines = (str(error),)
        self.post_message(Estimated(config, device, lines, scarce))

    def on_estimated(self, message: Estimated) -> None:
        """Show the estimate, if it is still of what is shown."""
        if message.config is self._config and message.device == self.device:
            self.query_one(Summary).show(message.config, "", message.lines, message.scarce)

    @work(thread=True, exclusive=True, group="devices")
    def action_device(self) -> None:
        """See which devices there are, to choose one: a driver that has to wake up is slow."""
        self.post_message(DevicesFound(self._services.devices()))

    def on_devices_found(self, message: DevicesFound) -> None:
        """Offer what there is."""
        gpus = [
            Item(f"cuda:{number}", f"cuda:{number}: {name}")
            for number, name in enumerate(message.names)
        ]
        title = "device" if gpus else "device; no GPU is known here"

        def picked(name: str | None) -> None:
            self.device = name or self.device

        self.app.push_screen(Pick(title, [*CHOICES, *gpus], self.device), picked)

    def action_start(self) -> None:
        """Start a trainer, unless something is wrong or one is coming up already."""
        if self.starting:
            self.notify("A run is being started; it opens by itself.", markup=False)
        elif self._config is None:
            sentence = safe(self._problem) or "choose an experiment"
            self.notify(sentence, title="Cannot start", severity="error", markup=False)
        else:
            self.starting = True
            self._start(self._config, self._called, self.device)

    def watch_starting(self, starting: bool) -> None:
        """Say that the trainer loads, which takes some seconds."""
        self.query_one(Go).say(LOADING if starting else "", busy=starting)

    @work(thread=True, group="start")
    def _start(self, config: Config, name: str, device: str) -> None:
        """Make the run, spawn its trainer, wait until it trains."""
        try:
            self._services.fetch(config, lambda words: self.post_message(Fetching(words)))
            run = self._services.start(config, self._runs, name, device)
            self._services.wait(run)
        except GrokTuiError as error:
            self.post_message(StartFailed(str(error)))
        else:
            self.post_message(RunStarted(run))

    def on_fetching(self, message: Fetching) -> None:
        """Say how far the file has come."""
        self.query_one(Go).say(message.words, busy=True)

    def on_run_started(self, message: RunStarted) -> None:
        """Open the run; if another screen is on top by now, only say so."""
        self.starting = False
        if threat := self._services.threat():
            self.notify(safe(threat, 400), severity="warning", timeout=LONG, markup=False)
        if self.is_current:
            self.post_message(OpenRun(message.run))
        else:
            self.notify(f"{safe(message.run.id, 80)} is training.", markup=False)

    def on_start_failed(self, message: StartFailed) -> None:
        """Say why there is no run."""
        self.starting = False
        self.notify(safe(message.sentence), title="Not started", severity="error", markup=False)

    def on_mount(self) -> None:
        """Look at the newest runs every so often."""
        self.set_interval(EVERY, self.read_recent)

    def on_screen_resume(self) -> None:
        """Runs may have come and gone while another screen was on top."""
        if self._drawn:
            self.read_recent()

    @work(thread=True, exclusive=True, group="recent")
    def read_recent(self) -> None:
        """The newest runs, for the short list."""
        if self.is_current:
            self.post_message(RunsRead(self._services.summaries(self._runs, SHOWN)))

    def on_runs_read(self, message: RunsRead) -> None:
        """Show the newest runs."""
        now = self._services.clock()
        self.query_one(Recent).show(message.summaries, now)
        self.query_one(Newest).show(message.summaries, now)
