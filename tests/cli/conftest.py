"""What every test of the command line starts from."""

from __future__ import annotations

import pytest

from grok_tui.monitor import logout


@pytest.fixture(autouse=True)
def nobody_is_threatened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainers outlive the logout here, whatever the machine of the tests does."""
    monkeypatch.setattr(logout, "threat", lambda: "")
