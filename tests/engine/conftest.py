"""Every test of the engine computes as a trainer does, in whatever order they run."""

from __future__ import annotations

import pytest

from grok_tui.engine import devices


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """One thread a product, and numbers too small to matter are zero."""
    devices.prepare(devices.THREADS)
