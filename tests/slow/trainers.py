"""Trainer processes for tests: started, watched, never left behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

PATIENCE = 60.0
"""Seconds after which a test gives up; not a promise of speed."""


@contextlib.contextmanager
def trainer(run: RunDir, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A trainer process on this run, killed at the end if it still lives."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with (run.path / "trainer.log").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "grok_tui.engine", str(run.path), "--device", "cpu", *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def finish(run: RunDir, *options: str) -> int:
    """Train until the process ends; its exit code."""
    with trainer(run, *options) as process:
        return process.wait(PATIENCE)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came")
        time.sleep(0.01)


def has(path: Path, text: str) -> bool:
    """Whether a file is there and holds the text."""
    with contextlib.suppress(OSError):
        return text.encode() in path.read_bytes()
    return False
