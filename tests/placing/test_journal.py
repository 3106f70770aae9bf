"""The log of a driver: lines with their time, harmless, in a file that stays small."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from grok_tui.placing import journal
from grok_tui.placing.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path


def test_an_event_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "driver.log"
    said = Journal(path)
    said.say("placed: one")
    said.say("failed: \x1b[2J and\na second line")
    first, second = path.read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d placed: one", first)
    assert second.isprintable()


def test_it_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST", 1000)
    monkeypatch.setattr(journal, "read_tail", lambda path: path.read_text()[-200:])
    path = tmp_path / "driver.log"
    said = Journal(path)
    for number in range(100):
        said.say(f"event {number}")
    assert path.stat().st_size < 1100
    assert path.read_text().endswith("event 99\n")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("")
    (tmp_path / "driver.log").symlink_to(tmp_path / "theirs")
    with pytest.raises(OSError, match=r"."):
        Journal(tmp_path / "driver.log")
    assert (tmp_path / "theirs").read_text() == ""
