"""Processes that we start: what they find in their environment, and where they print."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(256 << 20)}
"""Lets glibc keep the memory of one step for the next: handed back, it comes with page faults."""


def environment(command: Sequence[str] = ()) -> dict[str, str]:
    """The environment of a trainer: ours, with threads that do not spin while they wait, and
    memory that is kept.

    PWD stays the folder that the run was asked for in; GROK_TUI_COMMAND, a JSON list, is what was
    typed.
    """
    env = {"OMP_WAIT_POLICY": "PASSIVE", **ALLOCATOR, **os.environ}
    with contextlib.suppress(OSError):
        env["PWD"] = str(Path.cwd())
    if command:
        env["GROK_TUI_COMMAND"] = json.dumps(list(command))
    home = Path(__file__).resolve().parents[2]
    if home.name not in ("site-packages", "dist-packages"):
        # A source checkout: `-m grok_tui.engine` has to find it from the root folder too.
        known = env.get("PYTHONPATH", "")
        env["PYTHONPATH"] = os.pathsep.join(part for part in (str(home), known) if part)
    return env


def spawn(
    words: Sequence[str], printed: Path, command: Sequence[str] = (), *, detached: bool = True
) -> subprocess.Popen[bytes]:
    """A process that prints to the end of that file; detached, no end of ours reaches it.

    Raises OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    output = os.open(printed, flags | os.O_NONBLOCK, 0o644)  # it may be a pipe
    # A blocked signal would stay blocked in the child, and it could not be told to stop.
    mask = signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        child = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment(command),
            start_new_session=detached,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(output)
    # Reaped as soon as it dies, however long this process lives and whatever it is doing.
    threading.Thread(target=child.wait, name=f"reap {printed.parent.name}", daemon=True).start()
    return child
