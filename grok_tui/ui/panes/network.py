"""The network pane: what is inside an arm's network, at each of the steps that have a frame."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on

from grok_tui.monitor.frames import Frames, Reel
from grok_tui.monitor.milestones import longest
from grok_tui.monitor.pictures.picture import Shot
from grok_tui.ui import keys
from grok_tui.ui.messages import Export, Paged
from grok_tui.ui.panes.pane import Pane
from grok_tui.ui.widgets import album
from grok_tui.ui.widgets.album import Leaf
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.sheet import Place, Sheet, nearest, page, pointed, waiting

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Click

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.app import GrokTuiApp


class NetworkPane(Pane):
    """Pictures of one frame and a slider through all; they are read and drawn in a thread."""

    SECTION = "network"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("network")
    DEFAULT_CSS = "NetworkPane > CellView { height: 1fr; }"

    def __init__(self, run: RunDir) -> None:
        super().__init__()
        self.place = Place(Leaf("cells"))
        self.reel = Reel()
        self._frames = Frames(run)
        self._view: View | None = None
        self._busy = self._again = False
        self._drawn: object = None
        self._page: Grid = []

    def compose(self) -> ComposeResult:
        """One grid: pictures, and the slider below them."""
        yield CellView("network-page")

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Look for new frames."""
        self._view = view
        self._ask()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._ask()

    def on_click(self, event: Click) -> None:
        """To the frame that the slider is clicked at."""
        sheet = self._sheet()
        at = None if sheet is None else pointed(sheet, self.reel, event.x, event.y)
        if at is not None:
            self._show_frame(at)

    def out(self) -> bool:
        """Out of full screen."""
        was = self.place.leaf.full
        if was:
            self._move(leaf=replace(self.place.leaf, full=False))
        return was

    def choose(self, picture: str) -> None:
        """Show this picture large."""
        self._move(leaf=replace(self.place.leaf, chosen=picture))

    def action_slide(self, by: int) -> None:
        """So many frames on, or back."""
        self._show_frame(self.at + by)

    def action_end(self, where: int) -> None:
        """The first frame, or the newest, which is then followed."""
        self._move(step=self.reel.frames[0].step if where < 0 and self.reel.frames else None)

    def action_follow(self) -> None:
        """Follow the newest frame, or stay at this one."""
        if self.place.step is None:
            self._show_frame(self.at)
        else:
            self._move(step=None)

    def action_arm(self, by: int) -> None:
        """The next arm, or the one before, at about the same step."""
        config = self._view.config if self._view else None
        if config is not None:
            self._move(arm=(self.place.arm + by) % len(config.arms))

    def action_picture(self, by: int) -> None:
        """The next picture large, or the one before."""
        shot = self.shot
        chosen = album.large(shot, self.place.leaf) if shot else None
        if shot and chosen:
            names = [picture.name for picture in album.pictures(shot)]
            name = names[(names.index(chosen.name) + by) % len(names)]
            self._move(leaf=replace(self.place.leaf, chosen=name))

    def action_part(self, by: int) -> None:
        """The next matrix or side of the large picture, or the one before."""
        shot, leaf = self.shot, self.place.leaf
        chosen = album.large(shot, leaf) if shot else None
        if shot and chosen:
            part = (leaf.part(chosen, shot) + by) % len(chosen.parts(shot.frame))
            parts = {**dict(leaf.parts), chosen.name: part}
            self._move(leaf=replace(leaf, parts=tuple(parts.items())))

    def action_full(self) -> None:
        """The large picture alone, or with the others again."""
        leaf = self.place.leaf
        self._move(leaf=replace(leaf, full=not leaf.full))

    def action_export(self) -> None:
        """Write the large picture and its numbers."""
        shot = self.shot
        picture = album.large(shot, self.place.leaf) if shot else None
        if shot and picture:
            coloured, leaf = replace(shot, plain=False), replace(self.place.leaf, full=True)
            part = leaf.part(picture, shot)
            frame = shot.frame
            name = f"{picture.name} {picture.parts(frame)[part]} {frame.arm} {frame.step}"
            grid = album.draw(coloured, leaf, self.size)
            self.post_message(Export(name, grid, partial(picture.numbers, coloured, part)))

    @property
    def at(self) -> int:
        """The place of the shown frame among those that were read."""
        return nearest([frame.step for frame in self.reel.frames], self.place.step)

    @property
    def shot(self) -> Shot | None:
        """What is shown; None while there is no frame."""
        config = self._view.config if self._view else None
        if config is None or not self.reel.frames:
            return None
        return Shot(self.reel, self.at, longest(config), self._plain)

    @property
    def _plain(self) -> bool:
        """Whether the terminal has too few colours for pictures, or no half blocks."""
        app = cast("GrokTuiApp", self.app)
        return app.theme.startswith("ansi") or app.terminal.charset == "ascii"

    def _show_frame(self, at: int) -> None:
        if self.reel.frames:
            last = len(self.reel.frames) - 1
            self._move(step=self.reel.frames[max(0, min(last, at))].step)

    def _move(self, **changed: object) -> None:
        self.place = replace(self.place, **changed)  # type: ignore[arg-type]
        self._ask()

    def _ask(self) -> None:
        """Have a page read and drawn; what is asked for meanwhile comes after it."""
        sheet = self._sheet()
        if sheet is None:
            return
        if self._busy:
            self._again = True
            return
        self._busy, self._again = True, False
        if not self._page:
            self.query_one(CellView).show(waiting(self.size.width, self.size.height))
        self.run_worker(partial(self._work, sheet), thread=True, group="network")

    def _sheet(self) -> Sheet | None:
        """What a page is drawn from; None while there is no configuration, or no room."""
        if self._view is None or self._view.config is None or not self.size.area:
            return None
        return Sheet(self._view, self.place, (self.size.width, self.size.height), self._plain)

    def _work(self, sheet: Sheet) -> None:
        """Read what is new, and draw it if it is another page than the one before."""
        reel = self._frames.read(*sheet.lane)
        drawn = (reel, *sheet.seen)
        if drawn != self._drawn:
            self._drawn, self._page = drawn, page(sheet, reel)
        self.post_message(Paged(self._page, reel))

    @on(Paged)
    def _paged(self, message: Paged) -> None:
        message.stop()
        self._busy = False
        self.reel = message.reel
        self.query_one(CellView).show(message.grid)
        if self._again:
            self._ask()
