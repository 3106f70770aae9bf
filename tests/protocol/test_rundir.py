"""A run's folder: named safely, made once, locked by one trainer."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.protocol import owned, rundir
from grok_tui.protocol.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("quickstart", "quickstart"),
        ("../../etc/passwd", "etc-passwd"),
        ("Grökking ⟂ Tickets", "grokking-tickets"),
        ("日本", "run"),
        ("a" * 100, "a" * 40),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_a_title_becomes_a_name_that_cannot_leave_the_folder(text: str, slug: str) -> None:
    assert rundir.slug(text) == slug


def test_a_new_run_has_its_folders_and_a_name_of_the_fixed_form(tmp_path: Path) -> None:
    run = rundir.create(tmp_path / "deep" / "runs", "quickstart")
    assert rundir.RUN_ID.fullmatch(run.id)
    assert all(path.is_dir() for path in (run.control, run.checkpoints, run.artifacts))
    assert run.control.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "20261121-101500-quickstart-abcd\n",
        "\u0662\u0660261121-101500-quickstart-abcd",
        "20261121-101500-Quickstart-abcd",
        "x20261121-101500-quickstart-abcd",
    ],
)
def test_a_folder_of_another_name_is_no_run(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / "20261121-101500-quickstart-abcd").mkdir()
    found = [run.id for run in rundir.run_folders(tmp_path)]
    assert found == ["20261121-101500-quickstart-abcd"]


def test_the_name_of_a_new_run_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(Disk, "sync_folder", lambda _, folder: synced.append(folder))
    rundir.create(tmp_path / "runs", "quickstart")
    assert synced == [tmp_path / "runs"]


def test_runs_that_cannot_be_made_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot make a run in .*; choose another folder"):
        rundir.create(tmp_path / "file", "quickstart")


def test_one_trainer_holds_the_lock_and_a_second_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owned, "LOCK_WAIT", 0.05)
    run = rundir.create(tmp_path, "x")
    assert rundir.lock_state(run) == "free"
    lock = rundir.TrainerLock(run)
    assert rundir.lock_state(run) == "held"
    with pytest.raises(RunError, match="is already being trained"):
        rundir.TrainerLock(run)
    lock.release()
    assert rundir.lock_state(run) == "free"


def test_the_heartbeat_counts_in_place(tmp_path: Path) -> None:
    run = rundir.create(tmp_path, "x")
    lock = rundir.TrainerLock(run)
    inode = run.lock.stat().st_ino
    lock.beat()
    assert run.lock.read_text() == f"{2:020d}\n"
    assert run.lock.stat().st_ino == inode
    lock.release()


def test_the_lock_goes_with_its_process(tmp_path: Path) -> None:
    run = rundir.create(tmp_path, "x")
    code = (
        "import sys, time; from pathlib import Path; from grok_tui.protocol import owned, rundir;"
        "lock = rundir.TrainerLock(rundir.RunDir(Path(sys.argv[1]))); print(flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(run.path)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert rundir.lock_state(run) == "held"
        child.kill()
    assert rundir.lock_state(run) == "free"


def test_only_folders_named_as_runs_are_listed_newest_first(tmp_path: Path) -> None:
    names = ["20260101-000000-a-abcd", "20270101-000000-b-abcd", "notes", "20260101-000000-A-abcd"]
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / "20280101-000000-c-abcd").symlink_to(tmp_path / names[0])
    (tmp_path / "20290101-000000-c-abcd").write_text("")
    assert [run.id for run in rundir.run_folders(tmp_path)] == [names[1], names[0]]
    assert list(rundir.run_folders(tmp_path / "nowhere")) == []


def test_provenance_is_none_until_it_can_be_read(tmp_path: Path) -> None:
    run = rundir.create(tmp_path, "x")
    assert rundir.read_about(run) is None
    for text in ("{", '{"x":' + "[" * 30_000):
        run.about.write_text(text)
        assert rundir.read_about(run) is None
    run.about.write_bytes(b" " * (rundir.MAX_SMALL_FILE + 1))
    assert rundir.read_about(run) is None


def test_a_process_start_tells_two_processes_of_one_number_apart() -> None:
    assert rundir.process_start(os.getpid()).isdigit()
    assert rundir.process_start(2**22 + 5) == ""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    assert rundir.process_start(dead.pid) == "", "nobody has asked yet how it ended"
    assert dead.wait() == 0


@pytest.mark.parametrize(
    "name", ["control", "checkpoints", "artifacts", "frames", "frames/a-seed0"]
)
def test_a_folder_that_is_a_link_is_told(tmp_path: Path, name: str) -> None:
    run = rundir.create(tmp_path, "x")
    run.frames.mkdir()
    assert run.linked == ""
    path = run.path / name
    if path.is_dir():
        path.rmdir()
    path.symlink_to(tmp_path)
    assert run.linked == path.name
