"""What a trainer leaves behind that could not go on: a report, and where it is."""

from __future__ import annotations

import errno
import signal
import stat
from functools import partial
from multiprocessing import Pipe
from typing import TYPE_CHECKING

from grok_tui.protocol.events import Failed, Started, Warned
from tests.engine import runs, tiny
from tests.faults import breaking, children, disks
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


def test_a_failure_is_told_in_no_file_but_the_log(tmp_path: Path) -> None:
    """One that lay in its place by then got a line."""
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run, first=disks.impatient) as process:
        until(lambda: has(run.events, '"measured"'))
        run.events.rename(run.path / "moved")
        run.events.write_bytes(b"of somebody\n")
        assert children.ended(process) == 3
    assert run.events.read_bytes() == b"of somebody\n"
    assert list(run.path.glob("crash-*")) == []


def test_a_run_that_was_removed_is_no_fault_of_ours(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert children.finish(run, first=partial(breaking.lose_the_run, tmp_path)) == 3
    said = (tmp_path / "elsewhere" / "trainer.log").read_text()
    assert said.startswith("the disk failed: no such file or directory: ")
    assert list(tmp_path.rglob("crash-*")) == []


def test_a_run_that_was_stopped_while_the_disk_was_full_is_no_fault_of_ours(
    tmp_path: Path,
) -> None:
    run = runs.new_run(tmp_path, ENDLESS)
    hears, tells = Pipe(duplex=False)
    fault = disks.Fault(errno.ENOSPC, 2, disks.FOREVER, "events.jsonl", tells)
    with hears, children.trainer(run, first=partial(disks.put_in, fault)) as process:
        tells.close()
        hears.recv_bytes()
        children.send(process, signal.SIGTERM)
        assert children.ended(process) == 3
    assert list(run.path.glob("crash-*")) == []


def test_room_for_the_first_word_is_waited_for(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    fault = disks.Fault(errno.ENOSPC, 1, 2, "about.json")
    assert children.finish(run, first=partial(disks.put_in, fault)) == 0
    first, *others = runs.events(run)
    assert isinstance(first, Started), "nothing comes before it"
    assert Warned(sentence="the disk was full; training waited 0 s") in others


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
