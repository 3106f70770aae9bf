"""The one place that prints."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from grok_tui.cli import start
from grok_tui.cli.lines import print_data, print_lines, print_made, say

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "\x1b]0;owned\x07\u202ex"
TAMED = "\ufffd]0;owned\ufffd\ufffdx"


def test_a_sentence_is_harmless_on_each_stream(capsys: pytest.CaptureFixture[str]) -> None:
    file = io.StringIO()
    say(EVIL)
    say(EVIL, file)
    print_lines([EVIL, "second"])
    assert capsys.readouterr() == (f"{TAMED}\nsecond\n", f"{TAMED}\n")
    assert file.getvalue() == f"{TAMED}\n"


def test_what_is_for_programs_is_changed_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    print_data([EVIL])
    assert capsys.readouterr().out == f"{EVIL}\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_data([EVIL])
    assert capsys.readouterr().out == f"{TAMED}\n"


def test_colours_of_ours_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_made(["\x1b[31mred\x1b[0m"])
    assert capsys.readouterr().out == "\x1b[31mred\x1b[0m\n"


def test_the_name_of_the_folder_of_the_runs_is_printed_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["grok-tui", "--runs-dir", str(tmp_path / EVIL), "ls"])
    with pytest.raises(SystemExit):
        start.main()
    assert TAMED in capsys.readouterr().err
