"""Several runs watched at once, within bounds: what is too much is left out, and said so."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from grok_tui.monitor.compared import Comparison, compare
from grok_tui.monitor.watch import ALIVE, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir

MOST = 50
"""Runs that are compared at once."""
ROOM = 256 << 20
"""Bytes of logs that are read: some of them are kept in memory, as a sixth of that."""
SELDOM = 20
"""Looks of which one goes to a run that has ended."""


class Gathering:
    """Looks at several runs again and again; `close` lets go of what reads for it."""

    def __init__(
        self, runs: Sequence[RunDir], watch: Callable[[RunDir], Watch] = Watch, room: int = ROOM
    ) -> None:
        self.note = ""
        """Which runs were left out, and why."""
        kept = self._bounded(list(dict.fromkeys(runs)), room)
        self._watches = [watch(run) for run in kept]
        self._views: list[View] = []
        self._seen: list[int] = []
        self._looks = 0
        self._found = Comparison(note=self.note)

    def _bounded(self, runs: list[RunDir], room: int) -> list[RunDir]:
        kept: list[RunDir] = []
        for run in runs[:MOST]:
            with suppress(OSError):  # a run may have no log yet
                room -= run.events.stat().st_size
            if room < 0 and kept:
                break
            kept.append(run)
        left = len(runs) - len(kept)
        if left:
            why = "their logs are too long" if len(kept) < MOST else f"{MOST} are the most"
            self.note = f"{left} of {len(runs)} runs left out: {why}"
        return kept

    @property
    def behind(self) -> bool:
        """Whether there is more in the logs than was read."""
        return len(self._views) < len(self._watches) or any(view.behind for view in self._views)

    def look(self, patience: float) -> Comparison:
        """The runs as they are after about `patience` seconds of reading; if none changed, the
        same one as before. Those that were not read yet follow with the next look.
        """
        self._looks += 1
        until = time.monotonic() + patience
        for index, watch in enumerate(self._watches):
            left = until - time.monotonic()
            if left <= 0 and index:
                break
            if index == len(self._views):
                self._views.append(watch.look(left))
            elif self._is_due(self._views[index]):
                self._views[index] = watch.look(left)
        seen = [view.version for view in self._views]
        if seen != self._seen:
            self._seen = seen
            self._found = compare(self._views, self.note, self._looks)
        return self._found

    def _is_due(self, view: View) -> bool:
        return view.behind or view.state in ALIVE or self._looks % SELDOM == 0

    def close(self) -> None:
        """No look follows."""
        for watch in self._watches:
            watch.close()
