"""The benchmark as a child process: torch is loaded there, and only progress and numbers come back.

Ctrl-C ends the child, which is in a session of its own so that the signal reaches it once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import msgspec

from grok_tui.cli.lines import print_data, say
from grok_tui.errors import Interrupted, RunFailed, UsageError
from grok_tui.monitor.milestones import duration
from grok_tui.monitor.spawning import ALLOCATOR
from grok_tui.monitor.text import safe
from grok_tui.protocol.benchmark import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.progress import TaskID

    from grok_tui.protocol.benchmark import Progress, Report

EVERY = 10.0
"""Seconds between two plain lines of progress."""
PATIENCE = 20.0
"""Seconds that the child has to stop a run that it started."""
_decoder = msgspec.json.Decoder(Line)


def folder() -> Path:
    """The code that measures: installed, it lies in the package; in a source checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "benchmarks"
    return shipped if shipped.is_dir() else package.parent / "benchmarks"


def show(report: Report, *, as_json: bool) -> None:
    """Print the report: one JSON object, or tables. Raises UsageError if that cannot be written."""
    if as_json:
        print_data([msgspec.json.encode(report).decode()])
        return
    from grok_tui.cli.benchmark_table import print_report

    print_report(report)


PROGRAM = (sys.executable, str(folder()))
"""What is run; tests put something quicker here."""


def measure(options: Sequence[str]) -> Report:
    """Run the benchmark and show its progress on stderr.

    Raises UsageError, RunFailed, Interrupted.
    """
    shown = _display(sys.stderr)
    child = subprocess.Popen(
        [*PROGRAM, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=ALLOCATOR | os.environ,
        start_new_session=True,
    )
    try:
        last = _last_line(child, shown.show)
        code = child.wait()
    except KeyboardInterrupt:
        raise Interrupted("stopped; nothing was kept") from None
    finally:
        shown.close()
        _end(child)
    if last.report is not None and code == 0:
        return last.report
    if last.failed and code == UsageError.exit_code:
        raise UsageError(safe(last.failed, 1000))
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    raise RunFailed(f"the benchmark ended with {how}")


def _last_line(child: subprocess.Popen[bytes], show: Callable[[Progress], None]) -> Line:
    """The line after the progress: a report, or what went wrong; an empty one if there is none."""
    last = Line()
    assert child.stdout is not None
    for text in child.stdout:
        try:
            last = _decoder.decode(text)
        except msgspec.DecodeError:
            raise RunFailed("the benchmark wrote a line that cannot be read") from None
        if last.progress is not None:
            show(last.progress)
    return last


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let the child stop what it does, if it still does; then be done with it."""
    if child.stdout is not None:
        child.stdout.close()
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


class Display(Protocol):
    """Shows how far it is."""

    def show(self, progress: Progress) -> None:
        """Where it is now."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def _display(file: TextIO) -> Display:
    return Bar(file) if file.isatty() else Lines(file)


class Lines:
    """A line every ten seconds; no control codes."""

    def __init__(self, file: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._clock = clock
        self._last = -EVERY
        self._begun = clock()

    def show(self, progress: Progress) -> None:
        """What is done next, and how long all of it will take."""
        now = self._clock() - self._begun
        if now - self._last >= EVERY:
            self._last = now
            share = progress.done / progress.total if progress.total else 1.0
            slower = now / progress.done if progress.done else 1.0
            left = duration((progress.total - progress.done) * max(1.0, slower))
            doing = safe(progress.doing, 60)
            say(f"{share:4.0%}, about {left} left: {doing}", self._file)

    def close(self) -> None:
        """Nothing to put back."""


class Bar:
    """A bar with the time that is left."""

    def __init__(self, file: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=16),
            TimeRemainingColumn(),
            console=Console(file=file),
            transient=True,
        )
        self._task: TaskID = self._progress.add_task("loading", total=None)
        self._progress.start()

    def show(self, progress: Progress) -> None:
        """What is done next, and how far all of it is."""
        self._progress.update(
            self._task,
            description=safe(progress.doing, 48),
            completed=progress.done,
            total=progress.total,
        )

    def close(self) -> None:
        """Take the bar away and give the cursor back."""
        self._progress.stop()
