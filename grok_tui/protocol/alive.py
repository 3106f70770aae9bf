"""Whether the process that a run names as its trainer exists: all there is without flock."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from grok_tui.protocol.rundir import process_start

if TYPE_CHECKING:
    from grok_tui.protocol.rundir import About


def process_lives(about: About) -> bool:
    """Whether the trainer's process exists: the same one, not a later one of its number."""
    if about.process_start:
        return process_start(about.pid) == about.process_start
    try:
        os.kill(about.pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
