"""What a trainer left behind apart from its events: the end of trainer.log, a crash report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.text import safe, safe_lines
from grok_tui.protocol.rundir import read_tail

if TYPE_CHECKING:
    from grok_tui.protocol.events import Failed
    from grok_tui.protocol.rundir import RunDir


def log_lines(run: RunDir, lines: int = 200, width: int = 1000) -> list[str]:
    """The last lines of trainer.log, safe for a terminal; none if it cannot be read."""
    try:
        return safe_lines(read_tail(run.trainer_log), width, lines)
    except OSError:
        return []


def reported(run: RunDir, ended: Failed) -> str:
    """What leads on from the sentence of a failed run to its crash report; empty without one."""
    return f"; see {safe(str(run.path / ended.report), 400)}" if ended.report else ""
