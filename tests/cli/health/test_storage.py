"""The folder of the runs: there, writable, on what, with how much room, with what left over."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from grok_tui.cli.health import storage as looked
from grok_tui.monitor import filesystems
from grok_tui.monitor.filesystems import Trial
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.cli.health.finding import Finding


def found(runs: Path) -> dict[str, Finding]:
    return {one.name: one for one in looked.storage(runs)}


@pytest.fixture(autouse=True)
def on_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystems, "kind", lambda *_: "ext4")


def test_a_good_folder_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    told = found(tmp_path)
    assert {one.mark for one in told.values()} == {"ok"}
    assert told["runs"].found == f"{tmp_path}, writable"
    assert told["trainers"].found == "0 at work, none died"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    told = found(tmp_path / "a" / "b")
    assert told["runs"].found == f"{tmp_path}/a/b, which the first run makes"
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    assert [one.mark for one in looked.storage(tmp_path / "file")] == ["bad"]
    assert [one.mark for one in looked.storage(tmp_path / "file" / "deep")] == ["bad"]
    monkeypatch.setattr(filesystems, "tried", lambda _: Trial(problem="read-only file system"))
    told = found(tmp_path)["runs"]
    assert (told.mark, told.found) == (
        "bad",
        f"{tmp_path} cannot be written: read-only file system",
    )
    assert found(tmp_path / "new")["runs"] == told


def test_locks_that_do_not_hold_and_clocks_apart_are_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystems, "tried", lambda _: Trial(locks=False, ahead=-90.0))
    told = found(tmp_path)
    assert (told["locks"].mark, told["clocks"].mark) == ("warn", "warn")
    assert told["clocks"].found.startswith("-90 s between ")


@pytest.mark.parametrize(("kind", "mark"), [("nfs4", "warn"), ("tmpfs", "warn"), ("", "ok")])
def test_a_network_and_a_memory_disk_are_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, mark: str
) -> None:
    monkeypatch.setattr(filesystems, "kind", lambda *_: kind)
    assert found(tmp_path)["filesystem"].mark == mark


@pytest.mark.parametrize(
    ("free", "files", "told"),
    [
        (4 << 30, 10**6, ""),
        (1 << 29, 10**6, "0.5 GB are free; the largest of the last runs takes 4 MB"),
        (4 << 30, 10, "room for 10 files more"),
    ],
)
def test_little_room_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, files: int, told: str
) -> None:
    run = fakes.recorded_run(tmp_path)
    run.trainer_log.write_bytes(b"x" * (3 << 20))
    status = SimpleNamespace(f_bavail=free // 512, f_frsize=512, f_files=10**7, f_favail=files)
    monkeypatch.setattr(os, "statvfs", lambda _: status)
    disk = found(tmp_path)["disk"]
    assert (disk.mark, disk.found if told else "") == ("warn" if told else "ok", told)


def test_a_disk_that_does_not_answer_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stale(_: object) -> None:
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr(os, "statvfs", stale)
    assert found(tmp_path)["disk"].found == "cannot be told: stale file handle"


def test_runs_whose_trainer_died_are_named_with_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROK_TUI_RUNS", str(tmp_path))
    fakes.recorded_run(tmp_path, "finished", run_id="20261121-101500-a-aaaa")
    dead = fakes.recorded_run(tmp_path, "interrupted", run_id="20261121-101501-b-bbbb")
    alive = fakes.recorded_run(tmp_path, "running", run_id="20261121-101502-c-cccc")
    told = found(tmp_path)["trainers"]
    fakes.let_go(alive)
    assert (told.mark, told.found) == ("warn", f"1 at work; 1 died: {dead.id}")
    assert told.advice.startswith(f"`grok-tui resume {dead.id}` takes a run on; ")
    for run in (dead, alive):
        run.config.unlink()
    assert found(tmp_path)["trainers"].advice.startswith("remove the folders")
