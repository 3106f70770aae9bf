"""The live screen on views that somebody made up: no thread reads a folder, no clock runs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import grok_tui.ui.app
from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.machine import Machine, Sample
from grok_tui.monitor.watch import State, View
from grok_tui.protocol.events import Failed
from grok_tui.protocol.probing import Probe
from grok_tui.protocol.rundir import RunDir
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.panes.deck import Deck
from grok_tui.ui.screens.live import LiveScreen
from grok_tui.ui.services import Services
from grok_tui.ui.widgets.chart import ChartView
from grok_tui.ui.widgets.machine import MachineLine
from tests import fakes
from tests.fake_probes import PROBED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.pilot import Pilot

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.rundir import About

RUN = RunDir(Path("runs") / fakes.RUN_ID)
TRACEBACK = "Traceback (most recent call last):\n" + "".join(
    f'  File "grok_tui/engine/training.py", line {number}, in step\n    loss = model(weights)\n'
    for number in range(8)
)
FAILURE = Failed(
    sentence="the device ran out of memory: 12.4 GiB were asked for and 3.1 GiB are free",
    traceback=TRACEBACK + "OutOfMemoryError: out of memory",
)


class Still(Machine):
    """A machine on which always the same happens."""

    def look(self, about: About | None = None) -> Sample:
        """Three quarters of two cores work."""
        return Sample(cores=2, busy=1.6, load=1.7, memory=(3 * 2**30, 24 * 2**30))


class Shown:
    """A watch that shows what it is given."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.looks = 0

    def look(self, patience: float = 0) -> View:
        """The view of now."""
        self.looks += 1
        return self.view

    def close(self) -> None:
        """Nothing to let go of."""


def view(
    state: State, found: Sequence[AnyEvent], config: Config | None = None, version: int = 1
) -> View:
    """A view of a run in this state with these events."""
    config = config or fakes.config()
    return View(RUN, config, "", fakes.about(), fold(EMPTY, found), state, version)


@cache
def running(last: int = 700) -> View:
    """The dense arm has generalised, three others train, two wait."""
    config = fakes.config()
    found = [fakes.started(config), *fakes.lane_events(config, "dense", 0)]
    for arm in ("grokked-ticket", "random-mask", "shuffled-mask"):
        found += fakes.lane_events(config, arm, 0, last=last)
    return view("running", found, config)


@cache
def finished(seeds: Sequence[int] = (0,)) -> View:
    """Every lane to its end."""
    config = fakes.config(seeds=seeds)
    return view("finished", fakes.run_events(config), config)


@cache
def probed() -> View:
    """As `running`, with probes; nothing of the table was measured yet."""
    config = fakes.config(probes=(*PROBED, Probe(probe="table", every=1000)))
    quiet = fakes.config(probes=PROBED)
    found = [fakes.started(config), *fakes.lane_events(quiet, "dense", 0)]
    for arm in ("grokked-ticket", "random-mask", "shuffled-mask"):
        found += fakes.lane_events(quiet, arm, 0, last=700)
    return view("running", found, config)


def failed() -> View:
    """The dense arm, and then no more."""
    config = fakes.config()
    found = [fakes.started(config), *fakes.lane_events(config, "dense", 0, last=300), FAILURE]
    return view("failed", found, config)


def starting() -> View:
    """Nothing was logged."""
    return view("starting", [])


class LiveApp(GrokTuiApp):
    """The application on one made-up run."""

    CSS_PATH = str(Path(grok_tui.ui.app.__file__).with_name("app.tcss"))

    def __init__(self, shown: View | Shown, services: Services | None = None) -> None:
        super().__init__(Path("runs"), RUN)
        self.shown = shown if isinstance(shown, Shown) else Shown(shown)
        self.given = services or replace(Services(), machine=Still)

    def get_default_screen(self) -> LiveScreen:
        """The live screen, which looks every few milliseconds."""
        return LiveScreen(RUN, self.given, self.shown, period=0.005, mute=self.mute)


async def drawn(pilot: Pilot[None], version: int = 1) -> LiveScreen:
    """The screen, as soon as it shows this version, charts, machine and all."""
    while True:
        await pilot.pause(0.01)
        screen = pilot.app.screen
        if isinstance(screen, LiveScreen) and screen.view and screen.view.version >= version:
            await pilot.pause()
            deck = screen.query_one(Deck)
            shown = [chart for chart in deck.query(ChartView) if chart.display]
            charts = deck.shown is not deck.charts or all(chart.grid for chart in shown)
            if charts and (screen._samples or not screen.query_one(MachineLine).looking):
                return screen
