"""How the TUI is left: what is said of the runs that go on, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.worker import WorkerFailed

from grok_tui.protocol.paths import hint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from textual.app import App


def farewell(alive: Sequence[str], runs: Path) -> str:
    """What to say after leaving: that training goes on, and how to look again."""
    if not alive:
        return ""
    going = "1 run goes" if len(alive) == 1 else f"{len(alive)} runs go"
    again = f"{hint(f'attach {max(alive)}', runs)} to look again"
    return f"{going} on training; {again}, {hint('ls', runs)} for all."


def fault(app: App[Any]) -> Exception | None:
    """What ended the TUI that nobody caught; None if it was left."""
    error = app._exception
    inner = error.error if isinstance(error, WorkerFailed) else error
    return inner if isinstance(inner, Exception) else None
