"""A plugin of pytest that writes down what was counted: `-p tests.faults.recording --record FILE`.

A row of the table in FILE is a test of `trials`; one that was not run keeps its old row.
"""

from __future__ import annotations

import os
import platform
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

TABLE = re.compile(r"(?<=<!-- counts -->\n).*?(?=<!-- end of counts -->)", re.DOTALL)
ROW = re.compile(r"^\| .* \| `(?P<test>[^`]+)` \|$", re.MULTILINE)
HEAD = (
    "| what | trials | seeds | failed | seconds | slowest | where and when | test |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


@dataclass
class Count:
    """What became of one test's trials."""

    what: str
    seeds: list[range] = field(default_factory=list)
    failed: list[range] = field(default_factory=list)
    seconds: float = 0.0
    slowest: float | None = None
    """Seconds of processor time that one trial took, where the test records it as `slowest`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file that the table stands in."""
    parser.addoption("--record", type=Path, help="write what was counted into this file's table")


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that hears of all tests writes."""
    if config.option.record and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Record(config.option.record.absolute()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send along what is counted: the process that writes has no items."""
    report = yield
    if item.get_closest_marker("counted") and isinstance(item, pytest.Function):
        seeds: Any = item.callspec.params["seeds"]
        what = (item.function.__doc__ or item.name).splitlines()[0].rstrip(".")
        report.user_properties.append(("counted", (what, seeds.start, seeds.stop)))
    return report


class Record:
    """Adds up the reports, and writes them at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._counts: dict[str, Count] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test has ended."""
        properties: dict[str, Any] = dict(report.user_properties)
        told = properties.get("counted")
        if told is None:
            return
        what, start, stop = told
        count = self._counts.setdefault(report.nodeid.partition("[")[0], Count(what))
        count.seconds += report.duration
        if "slowest" in properties:
            count.slowest = max(count.slowest or 0.0, properties["slowest"])
        if report.when == "call" or not report.passed:
            count.seeds.append(range(start, stop))
            if not report.passed:
                count.failed.append(range(start, stop))

    def pytest_sessionfinish(self) -> None:
        """Put the rows in their places."""
        text = self._path.read_text()
        old = TABLE.search(text)
        rows = {row["test"]: row[0] for row in ROW.finditer(old[0] if old else "")}
        rows |= {test: _row(test, count) for test, count in self._counts.items()}
        table = HEAD + "".join(f"{rows[test]}\n" for test in sorted(rows))
        self._path.write_text(TABLE.sub(lambda _: table, text))


def _row(test: str, count: Count) -> str:
    first = min(seeds.start for seeds in count.seeds)
    last = max(seeds.stop for seeds in count.seeds) - 1
    failed = ", ".join(f"{seeds.start}-{seeds.stop - 1}" for seeds in count.failed)
    trials = sum(map(len, count.seeds))
    where = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"
    )
    slowest = "" if count.slowest is None else f"{count.slowest * 1000:.0f} ms"
    return (
        f"| {count.what} | {trials} | {first}-{last} | {failed or 'none'} | {count.seconds:.0f} "
        f"| {slowest} | {where} | `{test}` |"
    )
