"""Putting a run out of the way: into a folder beside the others, where no list looks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.monitor.text import safe
from grok_tui.protocol.rundir import lock_state

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

FOLDER = ".archive"


def archive(run: RunDir) -> Path:
    """Move the folder of a run to `.archive` in the runs folder and say where it is now.

    Nothing is deleted: moved back, the run is as it was. Raises RunError for a run that is being
    trained, and where it cannot be moved.
    """
    target = run.path.parent / FOLDER / run.id
    if lock_state(run) == "held":
        raise RunError(f"{run.id} is being trained; stop it first")
    try:
        target.parent.mkdir(exist_ok=True)
        os.rename(run.path, target)  # noqa: PTH104 - never onto a folder with something in it
    except OSError as error:
        why = safe(error.strerror or "unknown reason", 60).lower()
        raise RunError(f"cannot move {run.id} to {FOLDER}: {why}") from None
    return target
