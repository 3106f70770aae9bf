"""The line of the machine in the head of a run, and the thread that looks at the machine."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from grok_tui.ui.messages import Sampled
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.gauges import Steady, line, seen_from_here

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from grok_tui.monitor.machine import Machine, Sample
    from grok_tui.monitor.watch import View

KEPT = 150
"""Samples that are worth keeping: those of five minutes."""
PERIOD = 2.0
"""Seconds between two looks at the machine."""


class MachineLine(CellView):
    """Shown while a run is alive; looks at the machine while it trains here."""

    DEFAULT_CSS = "MachineLine { height: 1; display: none; }"

    def __init__(
        self, make: Callable[[], Machine], samples: deque[Sample], period: float = PERIOD
    ) -> None:
        """`samples` gets each new one, for whoever else shows them."""
        super().__init__("machine-line")
        self._make, self._samples, self._period = make, samples, period
        self._steady = Steady()
        self._view: View | None = None
        self._enough: threading.Event | None = None
        self._gone = False

    def draw(self, view: View) -> None:
        """Show the machine of this run; look at it for as long as the run trains."""
        self._view = view
        self.display = view.state in ("starting", "running", "paused")
        trains = view.state in ("starting", "running") and seen_from_here(view) and not self._gone
        if trains and self._enough is None:
            self._enough = threading.Event()
            sample = partial(self._sample, self._enough)
            self.run_worker(sample, thread=True, group="machine")
        elif not trains:
            self._stop()
        self.redraw()

    @property
    def looking(self) -> bool:
        """Whether the machine is being looked at."""
        return self._enough is not None

    def redraw(self) -> None:
        """Show the last sample at the size of now."""
        if self._view is not None and self.display:
            self.show(line(self._view, self._samples, self._steady, self.size.width))

    def on_unmount(self) -> None:
        """Let the thread go; a view that comes even now starts no other."""
        self._gone = True
        self._stop()

    def _stop(self) -> None:
        if self._enough is not None:
            self._enough.set()
            self._enough = None

    def _sample(self, enough: threading.Event) -> None:
        """Look again and again until it is enough."""
        machine = self._make()
        while not enough.is_set():
            view = self._view
            sample = machine.look(view.about if view is not None else None)
            self.post_message(Sampled(sample))
            enough.wait(self._period)

    def on_sampled(self, message: Sampled) -> None:
        """Keep a sample and show it; the screen hears of it too."""
        self._samples.append(message.sample)
        self.redraw()
