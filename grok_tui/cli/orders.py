"""Telling a trainer something, and waiting for its answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import ALIVE, State, Watch
from grok_tui.protocol import control
from grok_tui.protocol.control import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grok_tui.protocol.control import AnyOrder, Command
    from grok_tui.protocol.rundir import RunDir

PATIENCE = 5.0
"""Seconds in which a trainer usually answers many times over."""

_MEANT: Mapping[str, frozenset[State]] = {
    "stop": frozenset({"stopped", "finished"}),
    "pause": frozenset({"paused"}),
    "continue": frozenset({"running"}),
}


def tell(run: RunDir, command: Command, sleep: Callable[[float], None] = time.sleep) -> str:
    """Send a command and return a sentence on what became of it.

    Raises RunError when no trainer is at the run, or the command cannot be sent.
    """
    watch = Watch(run)
    state = watch.look().state
    if state in _MEANT[command]:
        return f"{run.id} is {state} already"
    if state not in ALIVE:
        raise RunError(f"{run.id} is {state}; no trainer is there to {command}")
    control.send(run, command, by="cli")
    for _ in range(round(PATIENCE / 0.1)):
        sleep(0.1)
        state = watch.look().state
        if state in _MEANT[command] or state not in ALIVE:
            return f"{run.id} is {state}"
    return f"{run.id} was asked to {command} and has not answered yet"


def give(run: RunDir, order: AnyOrder, sleep: Callable[[float], None] = time.sleep) -> str:
    """Send an order and return the trainer's own sentence on what became of it.

    Raises RunError when no trainer is at the run, the order cannot be sent, or is refused.
    """
    watch = Watch(run)
    state = watch.look().state
    if state not in ALIVE:
        raise RunError(f"{run.id} is {state}; no trainer is there to obey")
    sent = control.post(run, order)
    for _ in range(round(PATIENCE / 0.1)):
        sleep(0.1)
        view = watch.look()
        result = next((one.result for one in view.history.answers if one.id == sent), "")
        if result.startswith(REFUSED):
            raise RunError(safe(result.removeprefix(REFUSED), 500))
        if result:
            return safe(result, 500)
        if view.state not in ALIVE:
            return f"{run.id} is {view.state}"
    return f"{run.id} was sent the order ({order.command}) and has not answered yet"
