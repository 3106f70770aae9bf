"""A run without the TUI: follow its log until it ends, then print the verdict."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

from grok_tui.cli.interrupts import Interrupts
from grok_tui.cli.lines import say, writing
from grok_tui.cli.tables import verdict_lines
from grok_tui.errors import Interrupted, RunError, RunFailed
from grok_tui.monitor.printed import reported
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import ALIVE, View, Watch
from grok_tui.protocol import control, events
from grok_tui.protocol.paths import hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from grok_tui.cli.progress import Reporter
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.rundir import RunDir

LOOK = 0.1
"""Seconds between two looks at the log."""
START_WAIT = 120.0
"""Seconds that a trainer may take to begin: torch is slow to load from a cold disk."""
ASK_AGAIN = 5.0
"""Seconds after which a trainer that still trains is asked to stop once more."""


class Stop(Interrupts):
    """SIGINT and SIGTERM while a run is followed: the first asks the trainer to stop.

    The second leaves at once, with the trainer still to obey.
    """

    def __init__(self, run: RunDir, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._run = run
        self._asked = float("-inf")

    def leave(self) -> str:
        """Have the trainer told before we leave: one that does not read commands yet, by signal."""
        if self._asked == float("-inf"):
            self._terminate()
        return f"left; the trainer of {self._run.id} was asked to stop"

    def ask(self, view: View) -> bool:
        """Tell the trainer if it is time to; whether it was told now.

        A command that lies there when a trainer takes its lock is swept, so the first goes out
        only once it trains, and again if it does not take effect.
        """
        due = self.clock() - self._asked >= ASK_AGAIN
        if not (self.wanted and due and view.state in ("running", "paused")):
            return False
        self._asked = self.clock()
        try:
            control.send(self._run, "stop", by="headless")
        except RunError:  # the disk is full, for one: our own trainer hears a signal as well
            self._terminate()
        return True

    def _terminate(self) -> None:
        from grok_tui.monitor import launch

        launch.terminate(self._run)


class RawLog:
    """The lines of a log as they are, each once and only when it is whole."""

    def __init__(self, run: RunDir, out: TextIO) -> None:
        self._path = run.events
        self._out = out
        self._offset = 0
        # A terminal is steered by what it is sent; a pipe takes data.
        self._terminal = out.isatty()

    def copy(self) -> None:
        """Write what is new since the last call."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return
        end = data.rfind(b"\n") + 1
        self._offset += end
        with writing():
            for line in data[:end].splitlines():
                if events.is_whole(line):
                    text = line.decode("utf-8", "replace")
                    shown = safe(text, events.MAX_LINE) if self._terminal else text
                    self._out.write(f"{shown}\n")
            self._out.flush()


def fetch(config: Config) -> None:
    """Fetch the files that a run needs and lacks, with its progress on stderr.

    Raises RunError for files that cannot be had, Interrupted for Ctrl-C.
    """
    from grok_tui.protocol import mnist

    if not mnist.missing(config):
        return
    from grok_tui.cli.progress import downloads
    from grok_tui.monitor import fetching

    try:
        with downloads(sys.stderr) as progress:
            fetching.complete(config, progress)
    except KeyboardInterrupt:
        raise Interrupted("stopped while files were fetched; no run was started") from None


def wait_until_started(run: RunDir) -> None:
    """Return when the trainer trains.

    Raises RunError or RunFailed with the trainer's sentence; Interrupted, the trainer told to stop.
    """
    from grok_tui.monitor import launch

    _or_terminate(run, launch.wait_until_started)


def wait_until_taken(run: RunDir) -> None:
    """Return when a trainer holds the run. Raises as `wait_until_started`."""
    from grok_tui.monitor import launch

    _or_terminate(run, launch.wait_until_taken)


def wait_until_begun(run: RunDir) -> None:
    """The same for a new run. Of one that the trainer refuses nothing is left behind."""
    from grok_tui.monitor import launch

    _or_terminate(run, launch.wait_until_begun)


def _or_terminate(run: RunDir, wait: Callable[[RunDir, float], None]) -> None:
    from grok_tui.monitor import launch

    try:
        wait(run, START_WAIT)
    except KeyboardInterrupt:
        launch.terminate(run)
        raise Interrupted(f"left; the trainer of {run.id} was asked to stop") from None


def follow(
    run: RunDir,
    reporter: Reporter,
    raw: RawLog | None = None,
    wait: Callable[[RunDir], None] = wait_until_begun,
) -> View:
    """Follow a run that was just started until no trainer is at it; the last view.

    Shows it to the reporter and, with `raw`, copies its log. Asks the trainer to stop on SIGINT
    or SIGTERM; raises Interrupted on the second, and what `wait` raises.
    """
    watch = Watch(run)
    with Stop(run) as stop:
        try:
            wait(run)
            while True:
                view = watch.look()
                if raw is not None:
                    raw.copy()
                reporter.show(view)
                if view.state not in ALIVE:
                    return view
                if stop.ask(view):
                    reporter.say("stopping at the next step; once more leaves at once")
                time.sleep(LOOK)
        finally:
            reporter.close()


def conclude(view: View, out: TextIO | None) -> None:
    """Print the verdict of a run that ended to `out`; raise what its end means.

    Raises RunFailed (the trainer failed, or died) or Interrupted (it was stopped).
    """
    if view.state == "failed":
        ended = view.history.ended
        assert isinstance(ended, events.Failed)
        raise RunFailed(ended.sentence + reported(view.run, ended))
    if view.config is None:
        raise RunError(view.problem)
    if view.history.lanes and out is not None:
        from grok_tui.monitor.verdict import judge

        lines = verdict_lines(judge(view.config, view.history))
        with writing():
            for line in lines:
                say(line, out)
    run = view.run
    again = hint(f"resume {run.id}", run.path.parent)
    if view.state == "interrupted":
        raise RunFailed(f"the trainer of {run.id} died; {again} goes on from its last checkpoint")
    if view.state == "stopped":
        raise Interrupted(f"stopped; {again} goes on from here")


def run_headless(run: RunDir, *, json: bool) -> None:
    """Follow a run that was just started and print what it comes to. Raises as `conclude`."""
    from grok_tui.cli.progress import to_stderr

    raw = RawLog(run, sys.stdout) if json else None
    conclude(follow(run, to_stderr(), raw), None if json else sys.stdout)
