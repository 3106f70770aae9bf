"""The comparison: a row for each arm, what it is doing and what it has reached."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from grok_tui.monitor.awaiting import awaited
from grok_tui.monitor.axes import short
from grok_tui.monitor.hues import looks
from grok_tui.monitor.inks import letter
from grok_tui.monitor.milestones import phase
from grok_tui.monitor.text import shortened
from grok_tui.monitor.watch import ALIVE
from grok_tui.monitor.wording import ratio
from grok_tui.ui import keys
from grok_tui.ui.messages import SelectionChanged
from grok_tui.ui.widgets.armtable import ArmTable
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, Paper, bar

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.verdict import ArmRow, Spread, Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.arms import Arm
    from grok_tui.ui.selection import Selection

_NUMBERS = (("t_mem", 6), ("t_gen", 7), ("tau", 6), ("speed", 7))
_SHARE = 6
_ROOMY = 100
"""From this width on the phase is spelled out; below, the numbers beside it say the step."""
_SPELLED_OUT = re.compile(r" (at|since) step \d+$| in \d+ steps$")
_COUNT = re.compile(r"^(\d+/\d+) generalised$")
TIMES = "\u00d7"
_HERE, _HIDDEN, _PINNED = "▸", "-", "^"


@dataclass(frozen=True)
class Chosen:
    """Where the cursor of the table is, and which arms are drawn."""

    at: int = 0
    top: int = 0
    """The first row that is seen."""
    focused: bool = False
    """Whether keys move the cursor: without it no place in the table is marked."""
    hidden: frozenset[str] = frozenset()
    pinned: str = ""

    def before(self, index: int) -> str:
        """What stands before the letter of an arm."""
        return _HERE if self.focused and index == self.at else " "

    def behind(self, name: str) -> str:
        """What stands behind it: how the arm is drawn."""
        if name in self.hidden:
            return _HIDDEN
        return _PINNED if name == self.pinned else " "


NOTHING = Chosen()


def doing(view: View, arm: Arm) -> str:
    """What an arm is doing, in a few words, over all its seeds."""
    config, history = view.config, view.history
    assert config is not None
    lanes = [history.lanes.get((arm.name, seed)) for seed in config.seeds]
    words = [phase(config, arm, lane) for lane in lanes]
    if all(word == "waiting" for word in words):
        return awaited(config, history, arm) if view.state in ALIVE else "not started"
    if len(words) == 1 or set(words) == {"did not run"}:
        return words[0]
    reached = sum(word.startswith("generalised") for word in words)
    if reached or all(lane is not None and lane.end is not None for lane in lanes):
        return f"{reached}/{len(words)} generalised"
    return Counter(_SPELLED_OUT.sub("", word) for word in words).most_common(1)[0][0]


def table(
    view: View, verdict: Verdict | None, width: int, height: int, chosen: Chosen = NOTHING
) -> Grid:
    """Header and rows; arms for which there is no room are counted in the last one.

    While keys move the cursor the rows go with it, and none is kept for the count.
    """
    page = Paper(width, height)
    if view.config is None or height < 1:
        return page.grid
    _header(page)
    arms = view.config.arms
    whole = len(arms) < height or chosen.focused
    shown = arms[chosen.top : chosen.top + height - 1] if whole else arms[: max(0, height - 2)]
    rows = {row.arm: row for row in verdict.rows} if verdict else {}
    styles = looks(view.config)
    for y, arm in enumerate(shown, start=1):
        index = arms.index(arm)
        ink = DIM if arm.name in chosen.hidden else styles[arm.name].role
        page.write(0, y, chosen.before(index), STRONG)
        page.write(1, y, letter(index), ink)
        page.write(2, y, chosen.behind(arm.name), DIM)
        _row(page, y, ink, doing(view, arm), (arm, rows.get(arm.name)))
    if not whole:
        page.write(3, len(shown) + 1, f"and {len(arms) - len(shown)} more: v shows all", DIM)
    return page.grid


def step_text(step: float) -> str:
    """A step in at most six characters."""
    return short(step) if step >= 100_000 else f"{step:g}"


def _places(width: int) -> tuple[int, int, int]:
    """First column of the phase, of the numbers, and after the numbers."""
    phase_at = 23 if width < _ROOMY else 26
    numbers_at = phase_at + (15 if width < _ROOMY else 31)
    return phase_at, numbers_at, numbers_at + sum(room for _, room in _NUMBERS)


def _header(page: Paper) -> None:
    phase_at, x, share_at = _places(page.width)
    page.write(3, 0, "arm", DIM)
    page.write(phase_at, 0, "phase", DIM)
    for name, room in _NUMBERS:
        x += room
        page.write_right(x, 0, name, DIM)
    page.write_right(share_at + _SHARE, 0, "test", DIM)


def _row(page: Paper, y: int, ink: int, words: str, found: tuple[Arm, ArmRow | None]) -> None:
    arm, row = found
    phase_at, x, share_at = _places(page.width)
    page.write(3, y, shortened(arm.name, phase_at - 4), DIM if ink == DIM else TEXT)
    waiting = words.startswith(("waiting", "not started"))
    reached = row is not None and row.t_gen.median is not None
    if page.width < _ROOMY and not waiting:
        words = _SPELLED_OUT.sub("", words)
    room = (share_at if waiting else x) - phase_at
    if len(words) > room:
        words = _COUNT.sub(r"t_gen in \1", words)
    page.write(phase_at, y, words, DIM if waiting else STRONG if reached else TEXT, room)
    if row is None or waiting:
        return
    speed = "" if row.speedup is None else f"{ratio(row.speedup)}{TIMES}"
    tau = "" if row.tau_grok.median is None else ratio(row.tau_grok.median)
    cells = (milestone(row.t_mem), milestone(row.t_gen), tau, speed)
    for (_, room), text in zip(_NUMBERS, cells, strict=True):
        x += room
        page.write_right(x, y, text, TEXT)
    if row.test_accuracy is not None:
        page.write_right(share_at + _SHARE, y, accuracy(row.test_accuracy), TEXT)
        room = min(30, page.width - share_at - _SHARE - 2)
        if room > 1:
            page.stamp(share_at + _SHARE + 1, y, bar(row.test_accuracy, room, ink))


def milestone(spread: Spread) -> str:
    """The median; ">5000" if it was not reached in 5000 steps, nothing while it may still be."""
    if spread.median is not None:
        return step_text(spread.median)
    return f">{step_text(spread.budget)}" if spread.missed and not spread.pending else ""


def accuracy(value: float) -> str:
    """With three digits, and never rounded up to one; "?" for what can be none."""
    if not 0 <= value <= 1:
        return "?"
    return "1" if value == 1 else f"{min(value, 0.999):.3f}"


class Arms(ArmTable):
    """The comparison table of the live screen; its keys choose an arm, and what is drawn."""

    SECTION = "arms"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("arms")

    def __init__(self, selection: Selection) -> None:
        super().__init__("arms")
        self.can_focus = True
        self._selection = selection
        self._drawn: tuple[View, Verdict | None] | None = None
        self._at = self._top = 0
        self._used = False

    @property
    def names(self) -> list[str]:
        """The arms, in the order of the rows."""
        config = self._drawn[0].config if self._drawn else None
        return [arm.name for arm in config.arms] if config else []

    @property
    def here(self) -> str:
        """The arm under the cursor; empty before there is any."""
        names = self.names
        return names[min(self._at, len(names) - 1)] if names else ""

    @property
    def chosen(self) -> str:
        """The same, once keys have been here: empty while nobody has chosen any."""
        return self.here if self._used else ""

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Show the arms as they are in this view."""
        self._drawn = view, verdict
        self.redraw()

    def redraw(self) -> None:
        """Show the same arms at the size of now."""
        if self._drawn is None or not self.display:
            return
        rows = max(1, self.size.height - 1)
        self._top = max(0, min(self._top, self._at, len(self.names) - rows), self._at - rows + 1)
        if not self.has_focus:
            self._top = 0
        chosen = Chosen(
            self._at, self._top, self.has_focus, self._selection.hidden, self._selection.pinned
        )
        self.show(table(*self._drawn, *self.size, chosen))

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor while keys go here, and hide it when they go elsewhere."""
        super().watch_has_focus(has_focus)
        self._used = self._used or has_focus
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """The cursor to the row under the pointer."""
        place = self._top + event.y - 1
        if event.y and place < len(self.names):
            self._at = place
            self.redraw()

    def action_move(self, by: int) -> None:
        """So many rows down, or up."""
        self._at = max(0, min(len(self.names) - 1, self._at + by))
        self.redraw()

    def action_show(self) -> None:
        """Draw the arm, or no more."""
        self._selection.toggle(self.here)
        self._changed()

    def action_isolate(self) -> None:
        """Draw this arm alone; all of them again if it is alone already."""
        self._selection.isolate(self.here, self.names)
        self._changed()

    def action_pin(self) -> None:
        """Draw the arm on top, or no more."""
        self._selection.pin(self.here)
        self._changed()

    def _changed(self) -> None:
        self.redraw()
        self.post_message(SelectionChanged())
