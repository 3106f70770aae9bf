"""Faults of ours that a trainer is given, each to be put in before anything else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from grok_tui.engine.trainer import Trainer
from grok_tui.protocol import crash

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.engine.lanes import Lane


def fail_at_the_end() -> None:
    """Have the trainer fail by a fault of ours."""

    def finish(_: Trainer, outcome: str, code: int) -> int:
        raise ZeroDivisionError(f"the numbers ran out, {outcome}, {code}")

    Trainer._finish = finish  # type: ignore[method-assign,assignment]


def lose_the_run(folder: Path) -> None:
    """Have the run moved into that folder as a lane ends; reports of this user go there, too."""
    os.environ["XDG_STATE_HOME"] = str(folder)
    keep = Trainer._keep_artifact

    def kept(trainer: Trainer, lane: Lane) -> None:
        trainer._run.path.rename(folder / "elsewhere")
        keep(trainer, lane)

    Trainer._keep_artifact = kept  # type: ignore[method-assign,assignment]


def fail_where_nothing_can_be_kept() -> None:
    """The same, and no folder takes a report."""
    fail_at_the_end()
    crash.keep = lambda *_: None
