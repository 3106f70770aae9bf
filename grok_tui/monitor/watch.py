"""One run as it stands now: its log, whether a trainer lives, and what both mean together."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal

from grok_tui.errors import PresetError
from grok_tui.monitor.history import EMPTY, History, fold
from grok_tui.monitor.tail import Tail
from grok_tui.protocol.config import Config
from grok_tui.protocol.rundir import About, RunDir, lock_state, read_about

State = Literal["starting", "running", "paused", "finished", "stopped", "failed", "interrupted"]
ALIVE: frozenset[State] = frozenset({"starting", "running", "paused"})


@dataclass(frozen=True, eq=False)
class View:
    """Everything there is to show of a run, at one moment."""

    run: RunDir
    config: Config | None = None
    problem: str = ""
    """Why the configuration cannot be read; empty when it can."""
    about: About | None = None
    history: History = EMPTY
    state: State = "starting"
    version: int = 0
    """Grows when anything changed."""
    note: str = ""
    """What is uncertain about the state, in words: no sign from another host for so long."""
    behind: bool = False
    """There is more in the log than was read in the time given."""


class Watch:
    """Looks at one run again and again; each look costs what is new."""

    def __init__(self, run: RunDir) -> None:
        self._tail = Tail(run)
        self._view = View(run)
        self._config_seen: tuple[int, int, int] | None = None

    def look(self, patience: float = float("inf")) -> View:
        """The run now; the view of the look before, if nothing changed.

        Stops reading after about `patience` seconds and says so (`behind`): the next look goes on.
        """
        lock = lock_state(self._view.run)
        history, behind = self._read(patience)
        changes: dict[str, object] = {
            "history": history,
            "behind": behind,
            **self._read_config(),
            "about": read_about(self._view.run),
        }
        state, note = judge_state(self._view.run, lock, history)
        changes |= {"state": state, "note": note}
        old = self._view
        if any(getattr(old, name) != value for name, value in changes.items()):
            self._view = replace(old, version=old.version + 1, **changes)  # type: ignore[arg-type]
        return self._view

    def _read(self, patience: float) -> tuple[History, bool]:
        history = self._view.history
        until = time.monotonic() + patience
        for batch in self._tail.blocks():
            base = EMPTY if batch.restarted else history
            history = replace(
                fold(base, batch.events),
                damaged=base.damaged + batch.damaged,
                unknown=base.unknown + batch.unknown,
            )
            if time.monotonic() > until:
                return history, True
        return history, False

    def _read_config(self) -> dict[str, object]:
        try:
            status = self._view.run.config.stat()
        except OSError:
            return {"config": None, "problem": "config.toml is missing"}
        seen = (status.st_ino, status.st_size, status.st_mtime_ns)
        if seen == self._config_seen:
            return {}
        self._config_seen = seen
        from grok_tui.protocol import presets

        try:
            return {"config": presets.load_config(self._view.run.config), "problem": ""}
        except PresetError as error:
            return {"config": None, "problem": str(error)}


def judge_state(run: RunDir, lock: str, history: History) -> tuple[State, str]:
    """The state that the lock and the last event make together, and what is uncertain about it."""
    if lock == "held":
        if history.started is None:
            return "starting", ""
        return ("paused" if history.paused else "running"), ""
    if history.ended is None:
        young = not run.lock.exists() and abs(time.time() - run.path.stat().st_mtime) < 30
        return ("starting" if young else "interrupted"), ""
    outcome = getattr(history.ended, "outcome", "failed")
    return {"completed": "finished", "stopped": "stopped", "failed": "failed"}[outcome], ""  # type: ignore[return-value]
