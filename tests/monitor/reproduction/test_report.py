"""The report as a page and its pictures: whole, the same each time, and deaf to what runs say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from grok_tui.errors import RunError
from grok_tui.monitor.reproduction import report, runs
from grok_tui.monitor.reproduction.judging import Result
from grok_tui.monitor.reproduction.pictures import draw
from grok_tui.monitor.reproduction.pictures.gallery import PICTURES
from grok_tui.monitor.reproduction.pictures.paper import drawn, steps_axis
from grok_tui.monitor.reproduction.rows import ROWS
from grok_tui.monitor.reproduction.rules import Finding
from grok_tui.monitor.reproduction.runs import Wanted
from tests import fakes
from tests.monitor.reproduction import made

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

PAGE = "reproduction-fast/reproduction.md"
QUICK = fakes.config(seeds=(0, 1, 2), steps=2000)
WANTED = (Wanted(("fig1",), "fig1", QUICK), Wanted(("fig3",), "fig3", fakes.config(steps=9)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs and the report on one of them, with another that failed."""
    runs_folder = tmp_path_factory.mktemp("runs")
    fakes.recorded_run(runs_folder, made_of=QUICK)
    found = report.results(runs_folder, WANTED, {"fig3": "the disk is full"})
    assert report.write(runs_folder, "fast", "3", found) == runs_folder / PAGE
    return runs_folder


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / PAGE).read_text()


def test_every_row_has_a_line_and_a_section(page: str) -> None:
    for row in ROWS:
        assert f"| [{row.name}](#{row.name}) | " in page
        assert f"\n## {row.name}\n" in page


def test_a_row_with_a_run_has_numbers_comparisons_a_picture_and_a_command(page: str) -> None:
    section = page.split("\n## fig1\n")[1].split("\n## ")[0]
    assert "**Reproduced.**" in section
    assert re.search(r"- ticket t\\_gen 53 \\<= 0.5 x base t\\_gen 11\d\d: \*\*yes\*\*", section)
    assert "](figures/fig1.svg)" in section
    assert f"`grok-tui plot {fakes.RUN_ID}`" in section


def test_names_in_a_sentence_keep_their_capitals(page: str) -> None:
    section = page.split("\n## fig8\n")[1].split("\n## ")[0]
    assert "W\\_in W\\_E at the start" in section
    assert "w\\_in" not in section


def test_a_row_without_its_run_says_why(page: str) -> None:
    section = page.split("\n## fig3\n")[1].split("\n## ")[0]
    assert "**Undecided.**" in section
    assert "Fig3: the disk is full." in section
    assert "figures/" not in section


def test_the_page_says_by_what_and_on_what_it_was_made(page: str) -> None:
    head = page.split("|")[0]
    assert "Made by `grok-tui reproduce --variant fast --seeds 3`" in head
    assert "from 1 runs of 2026-11-21 that trained for" in head
    assert "On CPU; grok-tui 0.1.0, torch 2.13, Python 3.11." in head


def test_every_picture_that_is_shown_is_there_and_is_xml(page: str, folder: Path) -> None:
    shown = re.findall(r"\]\((figures/[^)]+)\)", page)
    assert "figures/fig1.svg" in shown
    for name in shown:
        root = ElementTree.fromstring((folder / "reproduction-fast" / name).read_text())
        assert root.tag.endswith("svg")


def test_the_same_runs_make_the_same_pictures(folder: Path) -> None:
    before = (folder / "reproduction-fast/figures/fig1.svg").read_bytes()
    (result,) = (one for one in report.results(folder, WANTED, {}) if one.row.name == "fig1")
    assert draw(result) == before
    assert b"2026" not in before


def test_text_from_a_run_is_data(tmp_path: Path) -> None:
    evil = "x](http://evil) <script>alert(1)</script> | `a` $b$ \x1b[31m"
    run = fakes.recorded_run(tmp_path, made_of=QUICK)
    run.about.write_bytes(
        run.about.read_bytes().replace(b'"device_name":"CPU"', b'"device_name":"<b>|[x](y)"')
    )
    found = report.results(tmp_path, WANTED, {"fig3": evil})
    few = [one for one in found if one.row.name in ("fig3", "fig1-right")]
    text = report.write(tmp_path, "fast", "3", few).read_text()
    assert "<script>" not in text
    assert "<b>" not in text
    assert "x\\](http:\\/\\/evil)" in text
    assert "\x1b" not in text
    assert "\\<b\\>\\|\\[x\\](y)" in text


def test_pictures_escape_what_stands_in_them() -> None:
    svg = drawn([lambda axes: steps_axis(axes, "<script>&$x$", "y")], 1).decode()
    assert "<script>" not in svg
    assert "&lt;script&gt;&amp;$x$" in svg


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "reproduction-fast").write_text("a file")
    with pytest.raises(RunError, match="cannot write the report in"):
        report.write(tmp_path, "fast", "3", [])


def test_a_run_with_a_damaged_log_decides_nothing(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, made_of=QUICK)
    text = run.events.read_bytes()
    run.events.write_bytes(
        text.replace(b'"milestone":"generalised"', b'"milestone":"generalysed"', 1)
    )
    found = report.results(tmp_path, WANTED, {})
    (result,) = (one for one in found if one.row.name == "fig1")
    assert result.finding.status == "undecided"
    assert result.finding.problem == f"fig1: lines of the log of {fakes.RUN_ID} are damaged"


def test_no_run_at_all_is_a_report_as_well(tmp_path: Path) -> None:
    found = report.results(tmp_path, WANTED, {})
    assert {result.finding.status for result in found} == {"undecided", "report only"}
    assert "no run has ended" in report.write(tmp_path, "fast", "3", found).read_text()
    assert runs.find(tmp_path, WANTED) == {}


def test_markdown_is_escaped() -> None:
    assert report.plain("a_b *c* [d](e) <f> `g` |h| \\ #i") == (
        "a\\_b \\*c\\* \\[d\\](e) \\<f\\> \\`g\\` \\|h\\| \\\\ \\#i"
    )


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_a_run_with_nothing_in_it_is_empty(name: str) -> None:
    """No probes, no tensors, nothing reached: no error either."""
    run = made.run({"dense": (None,) * 3, "grokked-ticket": (None,) * 3})
    (row,) = (row for row in ROWS if row.name == name)
    axes = Figure().subplots()
    for panel in PICTURES[name].panels(dict.fromkeys(row.presets, run)):
        panel(axes)


def test_a_row_without_all_its_runs_has_no_picture() -> None:
    (row,) = (row for row in ROWS if row.name == "fig2c")
    assert draw(Result(row, Finding("undecided", ()), {"fig1": made.run({"dense": (1,)})})) == b""
