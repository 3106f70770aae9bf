"""What several of the campaigns start from."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol import control
from grok_tui.protocol.rundir import lock_state, run_folders
from tests.slow.trainers import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Runs of one trial; no trainer of them is left."""
    yield tmp_path / "runs"
    for run in run_folders(tmp_path / "runs"):
        with contextlib.suppress(OSError):
            control.send(run, "stop", "test")
        until(lambda run=run: lock_state(run) == "free")  # type: ignore[misc]
