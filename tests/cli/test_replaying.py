"""`replay`: where the run is told again, and what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.cli.replaying import replay
from grok_tui.errors import UsageError
from grok_tui.monitor.watch import Watch
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir


def test_without_a_terminal_it_feeds_to_the_end_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = fakes.recorded_run(tmp_path / "old")
    replay(source, 0, tmp_path / "new", None)
    said = capsys.readouterr().out.strip()
    assert (tmp_path / "new" / said / "events.jsonl").read_bytes() == source.events.read_bytes()


def test_without_a_terminal_it_needs_a_folder(tmp_path: Path) -> None:
    source = fakes.recorded_run(tmp_path / "old")
    with pytest.raises(UsageError, match="--into"):
        replay(source, 0, None, None)


def test_shown_it_trains_and_leaves_nothing_behind(tmp_path: Path) -> None:
    source = fakes.recorded_run(tmp_path / "old")
    seen: list[Path] = []

    def show(runs: Path, run: RunDir) -> None:
        seen.append(run.path)
        while Watch(run).look().state != "running":
            pass

    replay(source, 1, None, show)
    assert seen
    assert not seen[0].exists()
    assert not seen[0].parent.exists()
