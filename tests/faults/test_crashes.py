"""What a trainer leaves behind that could not go on: a report, and where it is."""

from __future__ import annotations

import signal
import stat
from typing import TYPE_CHECKING

from grok_tui.protocol.events import Failed
from tests.engine import runs, tiny
from tests.faults import breaking, children
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = tiny.tiny((tiny.DENSE,), steps=40)
ENDLESS = tiny.tiny((tiny.DENSE,), steps=10_000_000)


def test_a_fault_of_ours_leaves_a_report_that_the_log_names(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert children.finish(run, first=breaking.fail_at_the_end) == 3
    failed = runs.events(run)[-1]
    assert isinstance(failed, Failed)
    assert failed.sentence == "ZeroDivisionError: the numbers ran out, completed, 0"
    path = run.path / failed.report
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert failed.traceback in text
    assert '"event":"measured"' in text  # what was done before is in the log by then
    assert "SIGTERM handled, SIGHUP ignored, SIGPIPE ignored, SIGUSR1 handled" in text


def test_a_report_that_no_folder_takes_stands_in_the_log_of_the_trainer(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert children.finish(run, first=breaking.fail_where_nothing_can_be_kept) == 3
    failed = runs.events(run)[-1]
    assert isinstance(failed, Failed)
    assert failed.report == ""
    assert run.trainer_log.read_text().startswith("grok-tui crash report, format 1\n")


def test_a_preset_that_is_refused_is_no_crash(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    run.config.write_text('title = "t"\n')
    assert children.finish(run) == 2
    assert list(run.path.glob("crash-*")) == []


def test_a_trainer_says_where_it_is(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run) as process:
        until(lambda: has(run.events, '"measured"'))
        children.send(process, signal.SIGUSR2)
        until(lambda: has(run.trainer_log, "in train"))
        children.send(process, signal.SIGTERM)
        assert children.ended(process) == 130
