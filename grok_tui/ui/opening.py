"""Opening a file outside the terminal, where there is a display to open it on."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a window could be seen: over SSH it seldom could."""
    return any(environment.get(name) for name in DISPLAYS)


def command(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The user's browser, else what the desktop opens files with; empty if there is neither."""
    for wanted in (environment.get("BROWSER", "").partition(":")[0], "xdg-open", "open"):
        try:
            words = shlex.split(wanted)
        except ValueError:
            continue
        if words and shutil.which(words[0]):
            return words
    return []


def shown(path: Path) -> bool:
    """Have the file shown by a program of its own; False if there is none."""
    words = command()
    if not words:
        return False
    nothing = subprocess.DEVNULL
    try:
        child = subprocess.Popen(
            [*words, str(path)],
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
        )
    except OSError:
        return False
    threading.Thread(target=child.wait, name="reap viewer", daemon=True).start()
    return True
