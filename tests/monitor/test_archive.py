"""A run is moved out of the list, never deleted, and not while somebody trains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.archive import archive
from grok_tui.monitor.catalog import summaries
from grok_tui.protocol.rundir import RunDir
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path


def test_an_archived_run_is_in_no_list_and_comes_back_whole(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "stopped")
    events = run.events.read_bytes()
    moved = archive(run)
    assert moved == tmp_path / ".archive" / run.id
    assert summaries(tmp_path) == []
    moved.rename(run.path)
    assert run.events.read_bytes() == events
    assert [one.state for one in summaries(tmp_path)] == ["stopped"]


def test_a_run_that_is_trained_is_not_moved(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running")
    with pytest.raises(RunError, match="is being trained; stop it first"):
        archive(run)
    assert run.path.is_dir()
    fakes.let_go(run)


def test_what_is_archived_already_is_not_written_over(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "stopped")
    kept = archive(run)
    again = fakes.recorded_run(tmp_path, "failed")
    with pytest.raises(RunError, match=r"cannot move .* to \.archive: directory not empty"):
        archive(again)
    assert again.path.is_dir()
    assert (kept / "events.jsonl").is_file()


def test_a_run_that_is_gone_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no such file or directory"):
        archive(RunDir(tmp_path / fakes.RUN_ID))
