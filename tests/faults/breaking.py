"""Faults of ours that a trainer is given, each to be put in before anything else."""

from __future__ import annotations

from grok_tui.engine.trainer import Trainer
from grok_tui.protocol import crash


def fail_at_the_end() -> None:
    """Have the trainer fail by a fault of ours."""

    def finish(_: Trainer, outcome: str, code: int) -> int:
        raise ZeroDivisionError(f"the numbers ran out, {outcome}, {code}")

    Trainer._finish = finish  # type: ignore[method-assign,assignment]


def fail_where_nothing_can_be_kept() -> None:
    """The same, and no folder takes a report."""
    fail_at_the_end()
    crash.keep = lambda *_: None
