"""The panes of the live screen as a deck: one is shown, the others keep what they were set to."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Vertical

from grok_tui.ui import viewstate
from grok_tui.ui.panes.charts import ChartsPane
from grok_tui.ui.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer

    from grok_tui.monitor.machine import Sample
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.messages import OutlookChanged
    from grok_tui.ui.panes.pane import Pane

SOON = 1.5
"""Seconds after a change until it is kept."""


class Deck(Vertical):
    """Shows one pane of a run; the charts are there from the start, the others when asked for."""

    DEFAULT_CSS = "Deck { height: 1fr; }"

    def __init__(
        self,
        run: RunDir,
        samples: Sequence[Sample] = (),
        only: frozenset[str] = frozenset(),
    ) -> None:
        """`samples` of the machine come in as they are taken, the newest last; `only`: the arms in
        sight at first, if not those that were when the run was looked at last."""
        super().__init__()
        self.selection = Selection()
        self.run, self.samples = run, samples
        self._only = only
        self._panes: dict[str, Pane] = {"charts": ChartsPane(self.selection)}
        self._open = "charts"
        self._chosen = False
        """Whether the pane is one that somebody asked for: then none comes up by itself."""
        self._opening = asyncio.Lock()
        self._seen: tuple[View, Verdict | None] | None = None
        self._unkept: Timer | None = None
        """Runs out when what was changed about the charts is to be kept."""
        viewstate.restore(viewstate.read(run), self.charts.panels)

    def compose(self) -> ComposeResult:
        """The charts."""
        yield self.charts

    def on_unmount(self) -> None:
        """Keep what was changed last."""
        if self._unkept is not None:
            viewstate.write(self.run, viewstate.state(self.charts.panels))

    def on_outlook_changed(self, message: OutlookChanged) -> None:
        """The charts are looked at in another way."""
        message.stop()
        self._keep_soon()

    def on_selection_changed(self) -> None:
        """Other arms are drawn."""
        self._keep_soon()

    def _keep_soon(self) -> None:
        """Keep how the charts are looked at with the run, once for several changes."""
        if self._unkept is None:
            self._unkept = self.set_timer(SOON, self._keep)

    def _keep(self) -> None:
        self._unkept = None
        state = viewstate.state(self.charts.panels)
        self.run_worker(partial(viewstate.write, self.run, state), thread=True, group="keep")

    @property
    def charts(self) -> ChartsPane:
        """The pane that is always there."""
        pane = self._panes["charts"]
        assert isinstance(pane, ChartsPane)
        return pane

    @property
    def shown(self) -> Pane:
        """The pane that is seen."""
        return self._panes[self._open]

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Show this view. A run that ends while its charts leave no room for words shows them.

        Not to somebody who asked for the charts, or has a cursor on them.
        """
        if self._only and view.config is not None:
            names = frozenset(arm.name for arm in view.config.arms)
            self.selection.hidden = names - self._only if names & self._only else frozenset()
            self._only = frozenset()
        before = self._seen[0].state if self._seen else ""
        self._seen = view, verdict
        ended = view.state == "finished" != before
        free = self._open == "charts" and not self._chosen and self.charts.step is None
        if ended and free and not self.charts.has_room_for(view, verdict):
            self.call_later(self.open, "verdict")
        else:
            self._draw()

    async def choose(self, name: str) -> None:
        """Bring up the pane that somebody asked for."""
        self._chosen = True
        await self.open(name)

    async def open(self, name: str) -> None:
        """Bring a pane up and give it the keys: not before all of it is there to take them."""
        async with self._opening:
            if name not in self._panes:
                pane = _MAKERS[name](self)
                await self.mount(pane)
                self._panes[name] = pane
        self._open = name
        for pane in self._panes.values():
            pane.display = pane is self.shown
        self.screen.set_focus(self.shown)
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Show the view in the pane that is seen; that of the charts, when it is there."""
        if not self.shown.is_mounted:
            self.call_after_refresh(self._draw)
        elif self._seen is not None:
            self.shown.draw(*self._seen)

    def sampled(self) -> None:
        """There is a new sample of the machine: show it if that is what is looked at."""
        if self._open == "machine":
            self._draw()

    async def out(self) -> bool:
        """One layer out: within the pane, then to the charts; False if there is none."""
        if self.shown.out():
            return True
        if self._open != "charts":
            await self.choose("charts")
            return True
        return False


def _report(_: Deck) -> Pane:
    from grok_tui.ui.panes.report import ReportPane

    return ReportPane()


def _log(deck: Deck) -> Pane:
    from grok_tui.ui.panes.log import LogPane

    return LogPane(deck.run)


def _machine(deck: Deck) -> Pane:
    from grok_tui.ui.panes.machine import MachinePane

    return MachinePane(deck.samples)


def _network(deck: Deck) -> Pane:
    from grok_tui.ui.panes.network import NetworkPane

    return NetworkPane(deck.run)


_MAKERS: dict[str, Callable[[Deck], Pane]] = {
    "verdict": _report,
    "log": _log,
    "machine": _machine,
    "network": _network,
}
"""How a pane is made, by its section of the key table; imports wait until it is asked for."""
