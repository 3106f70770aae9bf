"""Faults of ours that a trainer is given, each to be put in before anything else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from grok_tui.engine.trainer import Trainer
from grok_tui.protocol import crash

if TYPE_CHECKING:
    from pathlib import Path


def fail_at_the_end() -> None:
    """Have the trainer fail by a fault of ours."""

    def finish(_: Trainer, outcome: str, code: int) -> int:
        raise ZeroDivisionError(f"the numbers ran out, {outcome}, {code}")

    Trainer._finish = finish  # type: ignore[method-assign,assignment]


def remember_in(folder: Path) -> None:
    """Have a trainer keep there what it remembers of this user, its reports among them."""
    os.environ["XDG_STATE_HOME"] = str(folder)


def fail_where_nothing_can_be_kept() -> None:
    """The same, and no folder takes a report."""
    fail_at_the_end()
    crash.keep = lambda *_: None
