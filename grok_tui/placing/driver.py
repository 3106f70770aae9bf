"""Has the packs of a sweep trained: starts them where there is room, in the order of the plans.

What came of a pack its run folder says. All that a driver remembers are the trainers that it lost,
so that another one can go on where it is killed.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grok_tui.errors import Interrupted, RunError, RunFailed
from grok_tui.monitor.sweeps.nap import Nap
from grok_tui.monitor.sweeps.packwatch import ALIVE
from grok_tui.monitor.sweeps.results import SweepWatch
from grok_tui.monitor.watch import Watch
from grok_tui.placing.repeats import plan_next
from grok_tui.placing.restarts import MOST, Restarts
from grok_tui.placing.training import Afar
from grok_tui.protocol import control

if TYPE_CHECKING:
    from collections.abc import Set
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.monitor.sweeps.limits import Limits
    from grok_tui.monitor.sweeps.results import Board, PackState
    from grok_tui.placing.journal import Journal
    from grok_tui.placing.place import Place
    from grok_tui.placing.signals import Signals
    from grok_tui.protocol.owned import Lock
    from grok_tui.protocol.rundir import RunDir

LOOK = 0.3
"""Seconds between two looks at the packs."""
BEAT = 5.0
"""Seconds between two heartbeats."""
ASK_AGAIN = 3.0
"""Seconds after which a trainer that still trains is asked to stop once more."""


@dataclass(frozen=True)
class Hands:
    """What a driver works with."""

    place: Place
    limits: Limits
    lock: Lock
    journal: Journal
    signals: Signals


class Driver:
    """One sweep, from what is left of it to its end, or until it is told to stop."""

    def __init__(self, sweep: SweepDir, hands: Hands) -> None:
        self._sweep, self._hands = sweep, hands
        self._place, self._say = hands.place, hands.journal.say
        self._watch = SweepWatch(sweep)
        self._restarts = Restarts()
        self._afar = Afar()
        self._begun: set[str] = set()
        """Packs that were started here, or were seen to train."""
        self._over: dict[str, str] = {}
        """Packs that are not started again, and how they ended."""
        self._beaten = self._asked = float("-inf")
        self._stopping = False
        self._nap = Nap(LOOK)

    def drive(self) -> int:
        """Go on until nothing is left; the exit code. Raises RunError where the place is lost."""
        self._say(f"began: {len(self._watch.look().packs)} packs")
        while (code := self.go_on()) is None:
            if self._hands.signals.stop and self._place.keeps and not self._stopping:
                self._say("left: what was started goes on")
                return Interrupted.exit_code
            self._nap.sleep()
        counts = Counter(self._over.values())
        told = ", ".join(f"{number} {how}" for how, number in sorted(counts.items()))
        self._say(f"ended: {told or 'nothing was left'}")
        self._hands.lock.release()  # nothing is left to place, and to leave a cluster takes a while
        self._place.close()
        return code

    def go_on(self) -> int | None:
        """Look once and do what is due; an exit code if that was the last."""
        self._beat()
        self._listen()
        running = frozenset(self._place.running())  # before the look: who is gone has had his say
        board = self._look(running)
        for pack in board.packs:
            self._settle(pack, running)
        if self._stopping:
            return self._stop(board)
        if self._start(board, running) or len(self._over) < len(board.packs):
            return None
        return self._finish(board)

    def _look(self, running: Set[str]) -> Board:
        """All packs; as interrupted one that its place has lost together with a machine."""
        board = self._watch.look()
        unsure = [one for one in board.packs if one.state in ALIVE and one.run.id not in running]
        lost = {pack.run.id for pack in unsure if self._afar.lost(pack.run)}
        if not lost:
            return board
        packs = [
            replace(one, state="interrupted") if one.run.id in lost else one for one in board.packs
        ]
        return replace(board, packs=packs)

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten >= BEAT:
            self._beaten = now
            with contextlib.suppress(OSError):  # a full disk must not look like a death
                self._hands.lock.beat()

    def _listen(self) -> None:
        """Take up what lies in the control folder, and signals."""
        orders = []
        for path in control.waiting(self._sweep):
            orders.append(control.read(path))
            _remove(path)
        asked = any(isinstance(order, control.Stop) for order in orders)
        by_signal = self._hands.signals.stop and not self._place.keeps
        if (asked or by_signal) and not self._stopping:
            self._stopping = True
            self._say("stopping, as it was told: every trainer writes a checkpoint")

    def _settle(self, pack: PackState, running: Set[str]) -> None:
        """Take note of how a pack ended; of one whose trainer vanished, that it is to be started.

        Packs that stopped or failed before this driver began are tried once more.
        """
        id_ = pack.run.id
        if pack.state in ALIVE:
            self._begun.add(id_)
        if id_ in self._over or pack.state in ALIVE:
            return
        if pack.state != "done" and (id_ in running or id_ not in self._begun):
            return  # on its way, or still to be started
        self._begun.discard(id_)
        if pack.state in ("done", "failed"):
            self._end(pack, pack.state, pack.reason)
        elif pack.state == "stopped" and _was_told(pack):
            self._end(pack, "stopped", "by somebody's order")
        elif self._restarts.lost(id_, pack.steps[0]):
            self._say(f"vanished: {id_}, {pack.steps[0]} steps; it is started again")
        else:
            why = f"its trainer vanished {MOST + 1} times without coming further"
            self._end(pack, "failed", f"{why}; see {pack.run.trainer_log}")

    def _end(self, pack: PackState, how: str, why: str = "") -> None:
        self._over[pack.run.id] = how
        self._say(f"{how}: {pack.run.id}{why and f', {why}'}")

    def _start(self, board: Board, running: Set[str]) -> bool:
        """Start as many packs as there is room for; whether any was."""
        room = self._place.room()
        started = False
        for pack in board.packs:
            id_ = pack.run.id
            if room <= 0:
                break
            if id_ in self._over or id_ in running or pack.state in ALIVE:
                continue
            if why := _unfit(pack.run):
                self._end(pack, "failed", why)
                continue
            self._place.start(pack.run)
            self._begun.add(id_)
            self._say(f"placed: {id_}, {pack.lanes} lanes")
            room, started = room - 1, True
        return started

    def _stop(self, board: Board) -> int | None:
        """Have every trainer stop with a checkpoint; an exit code once none is left."""
        self._place.withdraw()
        alive = [pack.run for pack in board.packs if pack.state in ALIVE]
        if time.monotonic() - self._asked >= ASK_AGAIN and alive:
            self._asked = time.monotonic()
            for run in alive:
                with contextlib.suppress(RunError):  # the disk is full, for one: asked again
                    control.send(run, "stop", by="driver")
        if alive or self._place.running():
            return None
        done = all(pack.state == "done" for pack in board.packs)
        return 0 if done else Interrupted.exit_code

    def _finish(self, board: Board) -> int | None:
        """Plan the next repeat; an exit code if there is none, or packs were stopped."""
        ends = set(self._over.values())
        if "stopped" in ends:
            return Interrupted.exit_code
        if ends == {"failed"}:
            return RunFailed.exit_code  # nothing could be trained: no more would come of a repeat
        if news := plan_next(self._sweep, board, self._hands.limits):
            self._say(news)
            return None
        return RunFailed.exit_code if "failed" in ends else 0


def _unfit(run: RunDir) -> str:
    """Why no trainer can be started on a run, wherever; empty if one can."""
    if run.path.is_symlink() or not run.path.is_dir():
        return "its folder is gone, or a link"
    printed = run.trainer_log
    if printed.is_symlink() or (printed.exists() and not printed.is_file()):
        return "its trainer.log is not a regular file"
    return ""


def _was_told(pack: PackState) -> bool:
    """Whether a pack that stopped was told to by an order, and not by the end of its machine."""
    answers = Watch(pack.run).look().history.answers
    return bool(answers) and answers[-1].command == "stop"


def forget(sweep: SweepDir) -> None:
    """Remove the orders that a driver before this one has left."""
    for order in (*control.half_written(sweep), *control.waiting(sweep)):
        _remove(order)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
