"""A `grok-tui reproduce` in the background: started here, watched by anyone through its log.

It is a process of its own that outlives the terminal. Its log is locked while it lives: the lock
belongs to the open file that it writes its words to, so that no second one starts beside it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from grok_tui.errors import RunError, UsageError
from grok_tui.monitor import spawning
from grok_tui.monitor.reproduction import rows
from grok_tui.monitor.text import safe_lines
from grok_tui.protocol.regular import open_regular

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grok_tui.monitor.reproduction.row import Row
    from grok_tui.monitor.reproduction.runs import Variant

PROGRAM = (sys.executable, "-c", "from grok_tui.cli import main; main()")
"""What is run; tests put something quicker here."""
LOG = "queue.log"
PART = 4096
"""Bytes at either end of the log that are looked at."""
SHOWN = 200
"""Columns of a line of the log."""


def log(folder: Path, variant: Variant) -> Path:
    """Where the words of the one in the background stand."""
    return folder / f"reproduction-{variant}" / LOG


def start(folder: Path, figures: Sequence[str], variant: Variant, seeds: str, device: str) -> None:
    """Train what these figures need and is missing, one run after the other, in the background.

    Raises RunError if that is under way already, or cannot be.
    """
    options = ("--variant", variant, "--seeds", seeds, "--device", device)
    words = ("reproduce", *figures, *options)
    path = log(folder, variant)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o644)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}") from None
    with os.fdopen(descriptor, "wb") as file:
        _lock(descriptor, path)
        os.ftruncate(descriptor, 0)
        file.write(f"$ grok-tui {shlex.join(words)}\n".encode())
        file.flush()
        _spawn((*PROGRAM, "--runs-dir", str(folder.absolute()), *words), descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunError(f"claims are being reproduced already; see {path}") from None
    except OSError:
        return  # a filesystem without locks: two would train the same, and find that out


def _spawn(words: Sequence[str], output: int) -> None:
    try:
        child = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",  # `-c` imports from where it is: here, a stranger's files
            env=spawning.environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise RunError(f"cannot start grok-tui reproduce: {error.strerror}") from None
    threading.Thread(target=child.wait, name="reap reproduce", daemon=True).start()


def waiting(folder: Path, variant: Variant) -> tuple[Row, ...]:
    """The rows that the one in the background was asked for; none where there is none."""
    path = log(folder, variant)
    if not _is_held(path):
        return ()
    try:
        words = shlex.split(_part(path).partition("\n")[0])[3:]
        figures = words[: words.index("--variant")]
        return rows.find([word[:40] for word in figures[: len(rows.ROWS)]])
    except (OSError, ValueError, UsageError):
        return ()


def last_words(folder: Path, variant: Variant) -> str:
    """The last line that it printed, safe for a terminal; empty if there is none."""
    try:
        text = _part(log(folder, variant), from_end=True)
    except OSError:
        return ""
    lines = [line for line in safe_lines(text, SHOWN) if line.strip() and not line.startswith("$")]
    return lines[-1] if lines else ""


def _part(path: Path, *, from_end: bool = False) -> str:
    """The beginning or the end of a log. Raises OSError."""
    descriptor = open_regular(path)
    try:
        length = os.fstat(descriptor).st_size
        data = os.pread(descriptor, PART, max(0, length - PART) if from_end else 0)
    finally:
        os.close(descriptor)
    return data.decode(errors="replace")


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    return False
