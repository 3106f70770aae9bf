"""The page of the network pane: pictures of one frame, and the slider that leads to the others."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.inks import letter
from grok_tui.monitor.milestones import longest
from grok_tui.monitor.pictures.picture import Shot
from grok_tui.monitor.watch import ALIVE
from grok_tui.ui.widgets import album
from grok_tui.ui.widgets.paper import DIM, Paper, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.frames import Reel
    from grok_tui.monitor.history import LaneHistory
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.config import Config
    from grok_tui.ui.widgets.album import Leaf

ROOMY = 30
"""Rows from which on a second line below the slider says what is shown of what."""


@dataclass(frozen=True)
class Place:
    """What is looked at."""

    leaf: Leaf
    arm: int = 0
    """By its place in the configuration."""
    step: int | None = None
    """The frame nearest to it is shown; None: the newest, followed."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """All that a page is drawn from but the frames. The view has a configuration."""

    view: View
    place: Place
    size: tuple[int, int]
    plain: bool

    @property
    def config(self) -> Config:
        """The configuration of the run."""
        assert self.view.config is not None
        return self.view.config

    @property
    def arm(self) -> int:
        """The arm that is looked at, one that there is."""
        return self.place.arm % len(self.config.arms)

    @property
    def lane(self) -> tuple[str, int]:
        """The arm by name, and the seed that has frames."""
        return self.config.arms[self.arm].name, self.config.seeds[0]

    @property
    def history(self) -> LaneHistory | None:
        """What the log says of that lane; None if it has not begun."""
        return self.view.history.lanes.get(self.lane)

    @property
    def seen(self) -> tuple[object, ...]:
        """What of all this is seen on the page: while it is equal, so is the page."""
        lane = self.history
        told = (lane.t_mem, lane.t_gen, lane.step > 0, lane.end) if lane else None
        return self.place, self.size, self.plain, self.view.state, len(self.config.seeds), told


def page(sheet: Sheet, reel: Reel) -> Grid:
    """The page at this size, or why there is nothing on it."""
    paper = Paper(*sheet.size)
    height = sheet.size[1]
    if not reel.frames:
        for row, line in enumerate(wrap(missing(sheet, reel), sheet.size[0] - 2)):
            paper.write(1, max(0, height // 2 - 1) + row, line, DIM)
        return paper.grid
    steps = [frame.step for frame in reel.frames]
    at = nearest(steps, sheet.place.step)
    shot = Shot(reel, at, longest(sheet.config), sheet.plain)
    foot = _foot(height)
    drawn = album.draw(shot, sheet.place.leaf, (sheet.size[0], height - foot))
    for row, cells in enumerate(drawn):
        paper.stamp(0, row, cells)
    album.slider(
        paper, height - foot, _words(sheet, steps, at), (at, len(steps)), _marks(sheet, steps)
    )
    if foot > 1:
        paper.write(1, height - 1, _remarks(sheet, reel), DIM)
    return paper.grid


def pointed(sheet: Sheet, reel: Reel, x: int, y: int) -> int | None:
    """The place of the frame whose place on the slider this is; None beside the slider."""
    steps = [frame.step for frame in reel.frames]
    if not steps or y != sheet.size[1] - _foot(sheet.size[1]):
        return None
    words = _words(sheet, steps, nearest(steps, sheet.place.step))
    start, length = album.track(words, sheet.size[0])
    if not start <= x < start + length:
        return None
    return round((x - start) / (length - 1) * (len(steps) - 1))


def _foot(height: int) -> int:
    """Lines below the pictures: the slider, and remarks where there is room."""
    return 2 if height >= ROOMY else 1


def waiting(width: int, height: int) -> Grid:
    """The page before anything was read."""
    paper = Paper(width, height)
    paper.write(1, max(0, height // 2 - 1), "reading the pictures of this run", DIM)
    return paper.grid


def nearest(steps: Sequence[int], wanted: int | None) -> int:
    """The place of the step that is nearest to the wanted one; None wants the last."""
    if wanted is None or not steps:
        return max(0, len(steps) - 1)
    after = min(bisect_left(steps, wanted), len(steps) - 1)
    before = max(0, after - 1)
    return before if wanted - steps[before] < abs(steps[after] - wanted) else after


def missing(sheet: Sheet, reel: Reel) -> str:
    """Why there is no frame of an arm, in a sentence or two."""
    lane, name = sheet.history, sheet.lane[0]
    if reel.left_out:
        return (
            f"None of the {reel.left_out} frames of {name} can be read: "
            "they are damaged, or of another version."
        )
    if sheet.view.state in (*ALIVE, "starting"):
        return f"No picture of {name} yet: its first comes with its first step."
    if lane is not None and lane.step > 0:
        return "This run has no pictures of its networks: an older version trained it."
    return f"{name} never began: there is nothing to see. ] shows the next arm."


def _words(sheet: Sheet, steps: Sequence[int], at: int) -> str:
    """What is shown, as wide for every frame so that the slider stays where it is."""
    name = f"{letter(sheet.arm)} {sheet.lane[0]}"
    count, width = len(steps), len(f"{steps[-1]:,}")
    newest = "newest" if sheet.place.step is None else " " * 6
    number = f"{at + 1:>{len(str(count))}} of {count}"
    return f"{name} · step {steps[at]:>{width},} · frame {number} {newest}"


def _marks(sheet: Sheet, steps: Sequence[int]) -> list[tuple[int, str]]:
    """Where the lane memorised and generalised: at the first frame from there on."""
    lane = sheet.history
    reached = ((lane.t_mem, "m"), (lane.t_gen, "g")) if lane else ()
    return [
        (min(bisect_left(steps, step), len(steps) - 1), word)
        for step, word in reached
        if step is not None
    ]


def _remarks(sheet: Sheet, reel: Reel) -> str:
    """What the slider is of, and what is not there."""
    parts = [f"arm {sheet.arm + 1} of {len(sheet.config.arms)}: ] ["]
    if len(sheet.config.seeds) > 1:
        parts.append(f"seed {sheet.config.seeds[0]}, the only one with frames")
    if reel.left_out:
        parts.append(f"{reel.left_out} frames left out: they cannot be read")
    lane = sheet.history
    if lane is not None and lane.t_mem is not None:
        parts.append("m memorised" + (", g generalised" if lane.t_gen is not None else ""))
    return " · ".join(parts)
