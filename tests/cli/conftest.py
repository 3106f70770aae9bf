"""What every test of the command line starts from."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pytest

from grok_tui import cli
from grok_tui.monitor import logout

if TYPE_CHECKING:
    from pathlib import Path


class Result(NamedTuple):
    """What has come of a command."""

    code: int
    out: str
    err: str


Grok = Callable[..., Result]


@pytest.fixture(autouse=True)
def nobody_is_threatened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainers outlive the logout here, whatever the machine of the tests does."""
    monkeypatch.setattr(logout, "threat", lambda: "")


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """The folder of the runs that `grok` is called on."""
    return tmp_path / "runs"


@pytest.fixture
def grok(runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Grok:
    """Call `grok-tui` with these arguments, with no terminal."""
    monkeypatch.delenv("GROK_TUI_RUNS", raising=False)

    def call(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["grok-tui", "--runs-dir", str(runs), *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return Result(int(end.value.code or 0), *capsys.readouterr())

    return call
