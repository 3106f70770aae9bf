"""From the command line into the TUI: whether there is a terminal for it, and how to use it."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from grok_tui.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.protocol.rundir import RunDir


class Asked(NamedTuple):
    """What is asked of the TUI, as it was typed."""

    refresh: float | None
    thrifty: bool
    mouse: bool
    charset: str
    theme: str


PLAIN = Asked(refresh=None, thrifty=False, mouse=True, charset="auto", theme="auto")
"""Nothing is asked of it."""
SWITCH = 0.0005
"""Seconds a thread may hold the interpreter while others wait: the one that writes to the terminal
waits at every key for the one that draws."""
_INSTEAD = "`grok-tui run PRESET --headless` trains without one, `grok-tui show RUN` prints a run"


def has_terminal() -> bool:
    """Whether there is a terminal that the TUI can be drawn on."""
    return obstacle() == ""


def obstacle() -> str:
    """What is in the way of the TUI; empty if nothing is."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "the TUI needs a terminal and there is none here"
    if not sys.stderr.isatty():
        return "the TUI draws on stderr, which is no terminal here"
    name = os.environ.get("TERM", "")
    if name in ("", "dumb", "unknown"):
        told = f"TERM={name}" if name else "TERM is not set"
        return f"the TUI needs a terminal that moves its cursor ({told})"
    return ""


def open_tui(
    asked: Asked, runs: Path, first: RunDir | SweepDir | None = None, *, demo: bool = False
) -> None:
    """Show the TUI on one run or sweep, on the tour, or on the launcher. Raises UsageError.

    What was not caught while it was shown is raised after it.
    """
    reason = obstacle()
    if reason:
        raise UsageError(f"{reason}; {_INSTEAD}")
    sys.setswitchinterval(SWITCH)
    gc.disable()  # of what is loaded now nothing is garbage, and looking costs a tenth of the time
    from grok_tui.cli.lines import say
    from grok_tui.ui import themes
    from grok_tui.ui.app import GrokTuiApp
    from grok_tui.ui.leaving import fault
    from grok_tui.ui.terminal import REFRESH, Terminal, settle

    wanted = Terminal(
        refresh=asked.refresh or REFRESH,
        mouse=asked.mouse,
        theme=themes.NAMED.get(asked.theme, ""),
        thrifty=asked.thrifty,
    )
    terminal = settle(wanted, asked.charset, os.environ, sys.stderr.encoding or "ascii")
    app = GrokTuiApp(runs, first, demo=demo, terminal=terminal)
    app.run(mouse=terminal.mouse)
    if (wrong := fault(app)) is not None:
        raise wrong
    if app.parting:
        say(app.parting)
