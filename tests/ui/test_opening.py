"""What a picture is opened with, where there is anything to open it on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from grok_tui.ui import opening

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_display_is_one_of_two() -> None:
    assert opening.has_display({"DISPLAY": ":0"})
    assert opening.has_display({"WAYLAND_DISPLAY": "wayland-0"})
    assert not opening.has_display({"DISPLAY": "", "SSH_TTY": "/dev/pts/0"})


def test_the_browser_of_the_user_goes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "xdg-open").write_text("#!/bin/sh\n")
    (tmp_path / "xdg-open").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert opening.command({"BROWSER": f"{sys.executable} -q"}) == [sys.executable, "-q"]
    assert opening.command({"BROWSER": "nothing-of-the-kind"}) == ["xdg-open"]
    assert opening.command({"BROWSER": "'unbalanced"}) == ["xdg-open"]
    monkeypatch.setenv("PATH", "")
    assert opening.command({}) == []
    assert not opening.shown(tmp_path)
