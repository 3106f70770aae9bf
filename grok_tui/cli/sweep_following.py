"""A sweep without the TUI: follow its packs until nobody places any, then say what came of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from grok_tui.cli.interrupts import Interrupts
from grok_tui.cli.lines import print_lines
from grok_tui.cli.sweep_progress import Objects, reporter
from grok_tui.cli.sweep_tables import result_lines
from grok_tui.errors import Interrupted, RunError, RunFailed
from grok_tui.monitor.sweeps import driving
from grok_tui.monitor.sweeps.nap import Nap
from grok_tui.monitor.sweeps.packwatch import ALIVE
from grok_tui.monitor.sweeps.results import SweepWatch
from grok_tui.protocol.paths import hint

if TYPE_CHECKING:
    from grok_tui.cli.sweep_progress import SweepReporter
    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.monitor.sweeps.results import Board

LOOK = 0.25
"""Seconds between two looks at the packs."""


class Stop(Interrupts):
    """The first asks the driver to have every trainer stop; the second leaves at once."""

    def __init__(self, sweep: SweepDir) -> None:
        super().__init__()
        self._sweep = sweep
        self.asked = False
        """Whether the driver was told."""

    def leave(self) -> str:
        """Have the driver told, if nobody did."""
        self.ask()
        return f"left; the packs of {self._sweep.id} were asked to stop"

    def ask(self) -> bool:
        """Tell the driver if it is time to; whether it was told now."""
        if not self.wanted or self.asked:
            return False
        self.asked = True
        driving.stop(self._sweep, "headless")
        return True


def follow(sweep: SweepDir, shown: SweepReporter, stop: Stop) -> Board:
    """Follow a sweep until no driver is at it; the last board. Raises Interrupted, RunError."""
    watch, nap = SweepWatch(sweep), Nap(LOOK)
    with stop:
        try:
            while True:
                board = watch.look()
                shown.show(board)
                if not board.driver:
                    break
                if stop.ask():
                    shown.say("stopping: each pack writes a checkpoint; once more leaves at once")
                nap.sleep()
            board = watch.look()
            shown.show(board)
            return board
        finally:
            shown.close()


def conclude(board: Board, *, told: bool = False) -> None:
    """Raise what the end of a sweep means: RunFailed (a pack failed) or Interrupted (stopped).

    `told`: we had it stopped, perhaps when no pack was left to say so.
    """
    sweep = board.sweep
    again = hint(f"resume {sweep.id}", sweep.runs)
    by_state = {pack.state: pack for pack in reversed(board.packs)}
    broken = by_state.get("failed") or by_state.get("interrupted")
    if by_state.keys() & ALIVE:
        raise RunFailed(f"the driver of {sweep.id} died, its packs go on; {again} takes them up")
    if broken:
        why = f": {broken.reason}" if broken.reason else f"; see {sweep.log}"
        raise RunFailed(f"pack {broken.run.id} {broken.state}{why}; {again} tries again")
    if "stopped" in by_state or (told and "waiting" in by_state):
        raise Interrupted(f"stopped; {again} goes on from here")
    if "waiting" in by_state:
        said = driving.last_word(sweep)
        raise RunError(f"the driver of {sweep.id} ended: {said}; {again} goes on")


def run_headless(sweep: SweepDir, *, json: bool) -> None:
    """Follow a sweep and print what it comes to. Raises as `follow` and `conclude`."""
    stop = Stop(sweep)
    shown = Objects(sys.stderr) if json else reporter(sys.stderr)
    shown.say(f"sweep {sweep.id}")
    board = follow(sweep, shown, stop)
    if not json:
        print_lines(result_lines(board))
    conclude(board, told=stop.asked)
