"""The trials of a test, and the table that tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.counting import trials
from tests.faults.recording import Record

if TYPE_CHECKING:
    from pathlib import Path

import pytest

BEFORE = """Words before.

| another table | of `words` |

<!-- counts -->
| what | trials | seeds | failed | seconds | slowest | where and when | test |
|---|---|---|---|---|---|---|---|
| An older one | 7 | 0-6 | none | 3 | 1 ms | somewhere | `test_a.py::test_old` |
| What it was | 1 | 0-0 | none | 3 |  | somewhere | `test_b.py::test_new` |
<!-- end of counts -->
Words behind.
"""


def report(seeds: range, outcome: str = "passed", when: str = "call") -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=f"test_b.py::test_new[{seeds.start}]",
        location=("test_b.py", 1, "test_new"),
        keywords={},
        outcome=outcome,  # type: ignore[arg-type]
        longrepr=None,
        when=when,  # type: ignore[arg-type]
        duration=1.25,
        user_properties=[
            ("counted", ("It holds", seeds.start, seeds.stop)),
            ("slowest", seeds.start / 1000),
        ],
    )


def test_a_tenth_of_the_seeds_is_tried_always_and_each_once() -> None:
    (parameters,) = [trials(95, at_once=4).args[1]]
    seeds = [parameter.values[0] for parameter in parameters]
    assert [seed for some in seeds for seed in some] == list(range(95))
    always = [
        some
        for some, parameter in zip(seeds, parameters, strict=True)
        if all(mark.name != "faults" for mark in parameter.marks)
    ]
    assert [seed for some in always for seed in some] == list(range(12))
    assert all(mark.name in ("faults", "counted") for one in parameters for mark in one.marks)


def test_the_table_tells_what_held_and_keeps_what_was_not_tried(tmp_path: Path) -> None:
    path = tmp_path / "reliability.md"
    path.write_text(BEFORE)
    record = Record(path)
    for phase in ("setup", "call", "teardown"):
        record.pytest_runtest_logreport(report(range(4), when=phase))
    record.pytest_runtest_logreport(report(range(4, 6), "failed"))
    record.pytest_sessionfinish()
    lines = path.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("Words before.", "Words behind.")
    assert (
        lines[7]
        == "| An older one | 7 | 0-6 | none | 3 | 1 ms | somewhere | `test_a.py::test_old` |"
    )
    assert lines[8].startswith("| It holds | 6 | 0-5 | 4-5 | 5 | 4 ms | Python 3.")
    assert lines[8].endswith("| `test_b.py::test_new` |")
    record.pytest_sessionfinish()
    assert path.read_text().splitlines() == lines
