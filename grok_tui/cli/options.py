"""Options that several commands take."""

from __future__ import annotations

import re

from grok_tui.errors import UsageError

_DEVICE = re.compile(r"^(auto|cpu|mps|cuda(:\d{1,3})?)$")


def check_device(device: str) -> None:
    """Raise UsageError for what is no device."""
    if not _DEVICE.match(device):
        raise UsageError(f"--device {device}: expected auto, cpu, cuda, cuda:N or mps")
