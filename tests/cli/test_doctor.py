"""What `grok-tui doctor` finds, and what it advises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui import __version__
from grok_tui.cli.doctor import SAMPLES, doctor
from grok_tui.monitor import machine

if TYPE_CHECKING:
    from collections.abc import Callable

Report = dict[str, str]


@pytest.fixture
def report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Report]:
    """What it prints with this environment, by the name in front of each line."""

    def call(**environment: str) -> Report:
        for name in ("NO_COLOR", "COLORTERM", "TMUX", "STY", "SSH_CONNECTION", "LC_ALL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(machine, "devices", lambda: ("H100", "A\x1b[2J100"))
        doctor()
        rows = capsys.readouterr().out.splitlines()
        return {row[:12].strip(): row[12:] for row in rows}

    return call


def test_devices_and_terminal_are_told(report: Callable[..., Report]) -> None:
    found = report(TERM="tmux-256color", TMUX="x", SSH_CONNECTION="1 2 3 4")
    assert found["grok-tui"].startswith(f"{__version__}, python 3.")
    assert found["GPUs"] == "cuda:0 H100, cuda:1 A\ufffd[2J100"
    assert found["terminal"].startswith("tmux-256color, ")
    assert found["terminal"].endswith(", in tmux, over ssh")
    assert found["the TUI"] == "needs a terminal and there is none here"
    assert "--theme ansi-dark" in found["colours"]


def test_without_colours_none_are_shown(report: Callable[..., Report]) -> None:
    found = report(TERM="xterm-256color", NO_COLOR="1", LC_ALL="C")
    assert found["colours"] == "none: NO_COLOR is set"
    assert found["drawn in"] == "ascii"
    assert report(TERM="xterm")["colours"] == "16"


def test_each_kind_of_shape_is_shown_with_what_to_do_if_it_is_not(
    report: Callable[..., Report],
) -> None:
    found = report(TERM="xterm")
    for name, sample, instead in SAMPLES:
        assert found[name] == f"{sample}  if you do not see {len(sample)} shapes: {instead}"
