"""A fault of ours in the program itself: a sentence, and a report for those who can mend it.

No traceback is shown. The report lies where state is kept and not in a run: reading a run writes
nothing into it.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.rundir import RunDir

EXIT_FAULT = 1


def admit(error: Exception, command: Sequence[str]) -> None:
    """Write the crash report and say where it lies; on stderr itself if no folder takes it."""
    from grok_tui.cli.lines import say
    from grok_tui.monitor.text import safe, safe_lines
    from grok_tui.protocol import crash

    traced = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    text = crash.report(traced, command, run_in_hand(error))
    path = crash.keep(text)
    if path is None:
        for line in safe_lines(text, 1000):
            say(line)
    where = f"what is needed to mend it is in {path}" if path else "what is needed is above"
    what = safe(f"{type(error).__name__}: {error}", 200)
    say(f"grok-tui: a fault of ours, {what}; {where}")


def run_in_hand(error: Exception) -> RunDir | None:
    """The run that it happened on: the innermost that a frame of the traceback holds."""
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir

    found: RunDir | None = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for value in frame.f_locals.values():
            if isinstance(value, (RunDir, View)):
                found = value if isinstance(value, RunDir) else value.run
    return found
