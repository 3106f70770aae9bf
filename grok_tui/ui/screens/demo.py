"""The tour: a recorded run told again on the live screen, with a chapter of words below it."""

from __future__ import annotations

import math
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Input

from grok_tui.monitor import recording, tour
from grok_tui.monitor.replay import Replay
from grok_tui.monitor.tour import Chapter
from grok_tui.protocol import presets
from grok_tui.ui import keys
from grok_tui.ui.panes.deck import Deck
from grok_tui.ui.panes.network import NetworkPane
from grok_tui.ui.screens.live import LiveScreen
from grok_tui.ui.widgets.tour import TourPanel

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.ui.services import Services

TALL = 34
"""Rows from which on a chart need not be alone to be read."""
AFTERWARDS = 400.0
"""Steps a second once the tour was ended before its time."""


class Demo(LiveScreen):
    """A live screen on a run that is only told, in a folder that goes when the screen does."""

    NEWS = False

    SECTION = "tour"
    """Of the key table; nothing once the tour is over."""
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("tour")

    def __init__(self, services: Services | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="grok-tui-", ignore_cleanup_errors=True)
        source = recording.unpack(recording.QUICKSTART, Path(self._folder.name) / "recording")
        self._chapters = tour.chapters(source)
        self._arms = {arm.name for arm in presets.load_config(source.config).arms}
        self._replay = Replay(source, Path(self._folder.name) / "runs", 1.0)
        self._replay.until = 0.0
        self._thread = threading.Thread(target=self._replay.feed, name="replay", daemon=True)
        super().__init__(self._replay.run, services)

    def compose(self) -> ComposeResult:
        """The live screen, with the panel above its keys."""
        yield from super().compose()
        yield TourPanel(self._chapters)

    def on_mount(self) -> None:
        """Begin to tell."""
        self._thread.start()
        self.call_after_refresh(self._illustrate, self._chapters[0])

    def on_unmount(self) -> None:
        """Tell no more, and remove what was told."""
        self._replay.stop()
        self._thread.join()
        self._folder.cleanup()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of the tour are those of the panes once it is over, and of a field."""
        if action.startswith("tour_turn"):
            return bool(self.query(TourPanel)) and not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

    async def action_tour_turn(self, by: int) -> None:
        """Another chapter; what the one before would still have told is told at once."""
        panel = self.query_one(TourPanel)
        behind = panel.chapter.until
        if not panel.turn(by):
            return
        chapter = panel.chapter
        if by > 0 and chapter.until > self._replay.until:
            self._replay.at_once = behind
            self._replay.rate = (chapter.until - behind) / chapter.seconds
            self._replay.until = chapter.until
        await self._illustrate(chapter)

    async def _illustrate(self, chapter: Chapter) -> None:
        """Show what a chapter is about: its pane, its arms, large where there is little room."""
        deck = self.query_one(Deck)
        await deck.open(chapter.pane)
        if isinstance(deck.shown, NetworkPane):
            deck.shown.choose(chapter.picture)
        hidden = self._arms - set(chapter.arms) if chapter.arms else set()
        deck.selection.hidden = frozenset(hidden)
        deck.charts.fill(bool(chapter.arms) and self.size.height < TALL)

    async def action_tour_end(self) -> None:
        """No more words, and the recording goes on to its end; then as on any live screen."""
        panels = self.query(TourPanel)
        if not panels:
            await self.action_back()
            return
        await panels.remove()
        self.SECTION = ""
        await self._illustrate(Chapter("", ""))
        self._replay.rate = AFTERWARDS
        self._replay.until = math.inf
