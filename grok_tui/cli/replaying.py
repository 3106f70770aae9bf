"""A recorded run told again: shown in the TUI, or fed into a folder that others watch."""

from __future__ import annotations

import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.cli.lines import print_lines
from grok_tui.errors import UsageError
from grok_tui.monitor.replay import Replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grok_tui.protocol.rundir import RunDir

    Show = Callable[[Path, RunDir], None]
    """Opens the TUI on a run of a folder and returns when it is left."""


def replay(source: RunDir, rate: float, into: Path | None, show: Show | None) -> None:
    """Tell the run again, in `into` or in a folder that is removed afterwards.

    With `show` until that returns; without, to the end of the log. Raises UsageError.
    """
    if show is None:
        if into is None:
            raise UsageError("without a terminal, replay needs --into DIR, where others can look")
        told = Replay(source, into, rate)
        print_lines([told.run.id])
        with suppress(KeyboardInterrupt):
            told.feed()
        return
    with _folder(into) as runs:
        told = Replay(source, runs, rate)
        with feeding(told):
            show(runs, told.run)


@contextmanager
def feeding(told: Replay) -> Iterator[None]:
    """Feed in a thread of this process, and stop with what stands inside."""
    thread = threading.Thread(target=told.feed, name="replay", daemon=True)
    thread.start()
    try:
        yield
    finally:
        told.stop()
        thread.join()


@contextmanager
def _folder(into: Path | None) -> Iterator[Path]:
    if into is not None:
        yield into
        return
    with tempfile.TemporaryDirectory(prefix="grok-tui-") as folder:
        yield Path(folder)
