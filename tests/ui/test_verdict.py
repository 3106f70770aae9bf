"""The words below the comparison, where a run could not go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec

from grok_tui.monitor.history import EMPTY
from grok_tui.monitor.watch import View
from grok_tui.protocol.events import Forked
from grok_tui.protocol.rundir import RunDir
from grok_tui.ui.widgets.verdict import failure, report
from tests.ui.live import FAILURE, TRACEBACK

REPORTED = msgspec.structs.replace(FAILURE, report="crash-1\x1b[2J.txt")


def lines(reported: bool, most: int) -> list[str]:
    ended = REPORTED if reported else FAILURE
    return ["".join(text for text, _ in line) for line in failure(ended, 60, most)]


def test_a_failure_is_its_sentence_where_its_report_is_and_the_end_of_its_traceback() -> None:
    found = lines(True, 6)
    assert " ".join(found[:2]).startswith(FAILURE.sentence)
    assert found[1].endswith("  4 is the log of its trainer")
    assert found[2] == "  its crash report is crash-1\ufffd[2J.txt"
    last = (TRACEBACK + "OutOfMemoryError: out of memory").splitlines()[-3:]
    assert found[3:] == [f"  {line}" for line in last]


def test_a_fork_says_where_it_comes_from_and_what_is_changed() -> None:
    forked = Forked(
        run="20261121-101500-x-abcd",
        file="000002.safetensors",
        step=40,
        sha256="",
        changed=("title=\x1b[2J",),
    )
    view = View(RunDir(Path("x")), history=replace(EMPTY, forked=forked))
    [line] = report(view, None, 100)[0]
    assert line[0] == "Forked from 20261121-101500-x-abcd at step 40, title=\ufffd[2J"


def test_without_a_report_or_room_for_it_none_is_named() -> None:
    assert not any("crash" in line for line in (*lines(False, 6), *lines(True, 2)))
    assert [len(lines(True, most)) for most in range(1, 6)] == [1, 2, 3, 4, 5]
