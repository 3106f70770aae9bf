"""How far several runs are, one after the other: bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TextIO

from grok_tui.cli.lines import say
from grok_tui.cli.progress import EVERY
from grok_tui.monitor.estimate import estimate
from grok_tui.monitor.milestones import Progress, duration, progress
from grok_tui.monitor.text import MAX_LENGTH, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rich.progress import TaskID

    from grok_tui.monitor.reproduction.runs import Wanted
    from grok_tui.monitor.watch import View

GUESS = 60.0
"""Seconds assumed of a run that nothing can be said of."""


class Pace:
    """Time that is left: what was estimated, corrected by how it came out so far."""

    def __init__(
        self, estimates: Sequence[float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._estimates = list(estimates)
        self._clock = clock
        self._begun = clock()
        self._done = 0.0
        """Estimated seconds of what is done."""

    def end(self) -> None:
        """The next of the runs is done."""
        self._done += self._estimates.pop(0)

    def left(self, fraction: float) -> float:
        """Seconds that are left, with this share of the run at hand done."""
        at_hand = self._estimates[0] if self._estimates else 0.0
        done = self._done + fraction * at_hand
        spent = self._clock() - self._begun
        # Early on the estimates count as if a minute had gone as they say.
        factor = (spent + GUESS) / (done + GUESS)
        return (sum(self._estimates) - fraction * at_hand) * factor


class Campaign(Protocol):
    """Shows runs that follow one another; each run is followed by `show`."""

    def begin(self, one: Wanted) -> None:
        """This is the run at hand."""

    def end(self, one: Wanted) -> None:
        """It is done, or was given up."""

    def show(self, view: View) -> None:
        """The run at hand as it is now."""

    def say(self, sentence: str) -> None:
        """A sentence of ours between the numbers."""

    def close(self) -> None:
        """Nothing more will come of the run at hand, or of all: as `begin` or nothing follows."""


def campaign(file: TextIO, missing: Sequence[Wanted], needed: int, runs: Path) -> Campaign:
    """The one that fits the stream: `missing` of the `needed` runs are to be trained."""
    seconds = [estimate(one.config, runs).seconds or GUESS for one in missing]
    kind = Bars if file.isatty() else Lines
    return kind(file, Pace(seconds), needed - len(missing), needed)


def standing(now: Progress) -> str:
    """Where the run at hand is: 12 of 30 lanes done, 1900 steps/s."""
    speed = f", {now.speed:.0f} steps/s" if now.speed else ""
    return f"{now.lanes_done} of {now.lanes} lanes done{speed}"


class Lines:
    """A line when a run begins, and one every ten seconds; no control codes."""

    def __init__(
        self,
        file: TextIO,
        pace: Pace,
        done: int,
        needed: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._pace = pace
        self._done = done
        self._needed = needed
        self._clock = clock
        self._last = clock()
        self._name = ""

    def begin(self, one: Wanted) -> None:
        """Say which run comes, and what it shows."""
        self._name = one.name
        self._last = self._clock()
        left = duration(self._pace.left(0.0))
        title = safe(one.config.title, 80)
        self.say(f"{self._done + 1} of {self._needed}: {one.name}, {title}; about {left} left")

    def end(self, _: Wanted) -> None:
        """Count it."""
        self._done += 1
        self._pace.end()

    def show(self, view: View) -> None:
        """The numbers, if ten seconds have gone by."""
        if view.config is None or self._clock() - self._last < EVERY:
            return
        self._last = self._clock()
        now = progress(view.config, view.history)
        left = duration(self._pace.left(now.fraction))
        self.say(f"{self._name}: {standing(now)}; about {left} left for all")

    def say(self, sentence: str) -> None:
        """One line, at once."""
        say(sentence, self._file)

    def close(self) -> None:
        """Nothing to put back."""


class Bars:
    """A bar over all runs, and one for the run at hand."""

    def __init__(self, file: TextIO, pace: Pace, done: int, needed: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._pace = pace
        self._needed = needed
        self._console = Console(file=file, markup=False, highlight=False, emoji=False)
        name, stand = (
            TextColumn(column, markup=False)
            for column in ("{task.description}", "{task.fields[stand]}")
        )
        self._bars = Progress(
            name, BarColumn(20), stand, console=self._console, auto_refresh=False, transient=True
        )
        self._all: TaskID = self._bars.add_task("all", total=needed, completed=done, stand="")
        self._one: TaskID = self._bars.add_task("", total=1.0, stand="", visible=False)
        self._done = done
        self._version = -1

    def begin(self, one: Wanted) -> None:
        """A fresh bar with its name."""
        self._version = -1
        self._bars.update(
            self._one, description=one.name, completed=0.0, stand="starting", visible=True
        )
        self._bars.start()
        self._stand(0.0)

    def end(self, _: Wanted) -> None:
        """Count it."""
        self._done += 1
        self._pace.end()

    def show(self, view: View) -> None:
        """Bring both bars up to date."""
        if view.config is None or view.version == self._version:
            return
        self._version = view.version
        now = progress(view.config, view.history)
        self._bars.update(self._one, completed=now.fraction, stand=standing(now))
        self._stand(now.fraction)

    def _stand(self, fraction: float) -> None:
        left = duration(self._pace.left(fraction))
        stand = f"{self._done} of {self._needed} runs, about {left} left"
        self._bars.update(self._all, completed=self._done + fraction, stand=stand)
        self._bars.refresh()

    def say(self, sentence: str) -> None:
        """A line above the bars."""
        sentence = safe(sentence, MAX_LENGTH)
        self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Take the bars away and give the cursor back."""
        self._bars.stop()
