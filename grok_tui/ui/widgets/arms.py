"""The comparison: a row for each arm, what it is doing and what it has reached."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from grok_tui.monitor.awaiting import awaited
from grok_tui.monitor.axes import short
from grok_tui.monitor.hues import looks
from grok_tui.monitor.inks import letter
from grok_tui.monitor.milestones import phase
from grok_tui.monitor.text import shortened
from grok_tui.monitor.verdict import ratio
from grok_tui.monitor.watch import ALIVE
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, Paper, bar

if TYPE_CHECKING:
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.verdict import ArmRow, Spread, Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.arms import Arm

_NUMBERS = (("t_mem", 6), ("t_gen", 7), ("tau", 6), ("speed", 7))
_SHARE = 6
_ROOMY = 100
"""From this width on the phase is spelled out; below, the numbers beside it say the step."""
_SPELLED_OUT = re.compile(r" (at|since) step \d+$| in \d+ steps$")
_COUNT = re.compile(r"^(\d+/\d+) generalised$")
TIMES = "\u00d7"


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


def table(view: View, verdict: Verdict | None, width: int, height: int) -> Grid:
    """Header and rows; arms for which there is no room are counted in the last one."""
    page = Paper(width, height)
    if view.config is None or height < 1:
        return page.grid
    _header(page)
    arms = view.config.arms
    shown = len(arms) if len(arms) < height else max(0, height - 2)
    rows = {row.arm: row for row in verdict.rows} if verdict else {}
    styles = looks(view.config)
    for index, arm in enumerate(arms[:shown]):
        page.write(1, index + 1, letter(index), styles[arm.name].role)
        _row(page, index + 1, styles[arm.name].role, doing(view, arm), (arm, rows.get(arm.name)))
    if shown < len(arms):
        page.write(3, shown + 1, f"and {len(arms) - shown} more: v shows all", DIM)
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
    page.write(3, y, shortened(arm.name, phase_at - 4), TEXT)
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
    """With three digits, and never rounded up to one."""
    return "1" if value == 1 else f"{min(value, 0.999):.3f}"


class Arms(CellView):
    """The comparison table of the live screen."""

    _drawn: tuple[View, Verdict | None] | None = None

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Show the arms as they are in this view."""
        self._drawn = view, verdict
        self.redraw()

    def redraw(self) -> None:
        """Show the same arms at the size of now."""
        if self._drawn is not None and self.display:
            self.show(table(*self._drawn, *self.size))
