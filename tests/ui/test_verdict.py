"""The words below the comparison, where a run could not go on."""

from __future__ import annotations

import msgspec

from grok_tui.ui.widgets.verdict import failure
from tests.ui.live import FAILURE, TRACEBACK

REPORTED = msgspec.structs.replace(FAILURE, report="crash-1\x1b[2J.txt")


def lines(report: bool, most: int) -> list[str]:
    ended = REPORTED if report else FAILURE
    return ["".join(text for text, _ in line) for line in failure(ended, 60, most)]


def test_a_failure_is_its_sentence_where_its_report_is_and_the_end_of_its_traceback() -> None:
    found = lines(True, 6)
    assert " ".join(found[:2]).startswith(FAILURE.sentence)
    assert found[1].endswith("  4 is the log of its trainer")
    assert found[2] == "  its crash report is crash-1\ufffd[2J.txt"
    last = (TRACEBACK + "OutOfMemoryError: out of memory").splitlines()[-3:]
    assert found[3:] == [f"  {line}" for line in last]


def test_without_a_report_or_room_for_it_none_is_named() -> None:
    assert not any("crash" in line for line in (*lines(False, 6), *lines(True, 2)))
    assert [len(lines(True, most)) for most in range(1, 6)] == [1, 2, 3, 4, 5]
