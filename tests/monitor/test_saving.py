"""Files of what is shown: named for what and when, never written over."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor import saving

if TYPE_CHECKING:
    from pathlib import Path


def test_files_are_named_for_what_and_when(tmp_path: Path) -> None:
    paths = saving.save(tmp_path / "exports", "Test accuracy: /../", {"svg": "<svg/>", "csv": "a"})
    assert [path.suffix for path in paths] == [".svg", ".csv"]
    assert re.fullmatch(r"\d{8}-\d{6}-test-accuracy\.svg", paths[0].name)
    assert paths[0].read_text() == "<svg/>"
    assert sorted(path.name for path in paths) == sorted(
        path.name for path in (tmp_path / "exports").iterdir()
    )


def test_nothing_is_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.strftime", lambda _: "20261121-101500")
    (first,) = saving.save(tmp_path, "x", {"csv": "1"})
    second = saving.save(tmp_path, "x", {"svg": "2", "csv": "2"})
    assert first.read_text() == "1"
    assert [path.name for path in second] == ["20261121-101500-x-2.svg", "20261121-101500-x-2.csv"]


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("a file")
    with pytest.raises(RunError, match=r"cannot write to .*exports: "):
        saving.save(tmp_path / "exports", "x", {"csv": "1"})


def test_the_table_has_every_digit_and_no_formula() -> None:
    text = saving.table([("step", "=cmd()"), (1, -1 / 3), (2, ""), (3, float("nan"))])
    assert list(csv.reader(io.StringIO(text))) == [
        ["step", "'=cmd()"],
        ["1", repr(-1 / 3)],
        ["2", ""],
        ["3", "nan"],
    ]


def test_a_folder_of_a_run_that_is_a_link_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    run = tmp_path / "20261121-101500-quickstart-abcd"
    run.mkdir()
    (run / "exports").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="it is a link"):
        saving.save(run / "exports", "x", {"svg": "x"})
    assert list((tmp_path / "elsewhere").iterdir()) == []
