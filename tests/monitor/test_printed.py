"""The end of what a trainer printed: never more, never what is no file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.printed import log_lines, reported
from grok_tui.protocol.events import Failed
from grok_tui.protocol.rundir import RunDir, read_tail

if TYPE_CHECKING:
    from pathlib import Path


def test_no_more_than_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "trainer.log"
    path.write_bytes(b"first line\nsecond \xff line\nthird\n")
    assert read_tail(path) == "first line\nsecond \ufffd line\nthird\n"
    assert read_tail(path, 20) == "third\n"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="regular"):
        read_tail(tmp_path / "pipe")


def test_its_lines_cannot_steer_a_terminal(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    assert log_lines(run) == []
    run.trainer_log.write_text("one\ntwo\x1b[2J\nthree\n")
    assert log_lines(run, 2) == ["two\ufffd[2J", "three"]


def test_a_report_is_named_by_its_path_made_safe(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    inside = Failed(sentence="", traceback="", report="crash-1.txt")
    assert reported(run, inside) == f"; see {tmp_path}/crash-1.txt"
    elsewhere = Failed(sentence="", traceback="", report="/state/\x1b[2J")
    assert reported(run, elsewhere) == "; see /state/\ufffd[2J"
    assert reported(run, Failed(sentence="", traceback="")) == ""
