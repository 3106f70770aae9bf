"""Notes: one write a line by whoever watches, read with care."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.protocol import notes, rundir
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.notes import MAX_FILE, Note

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path) -> rundir.RunDir:
    return rundir.create(tmp_path, "x")


def texts(run: rundir.RunDir) -> list[tuple[int, str]]:
    return [(note.step, note.text) for note in notes.notes(run)]


class Full(Disk):
    """A disk that takes so many bytes of a line, or refuses it."""

    def __init__(self, room: int = -1) -> None:
        self._room = room

    def write(self, descriptor: int, data: bytes) -> int:
        if self._room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(descriptor, data[: self._room])


def test_notes_come_back_by_step_and_say_who_and_when(run: rundir.RunDir) -> None:
    assert notes.notes(run) == ()
    made = notes.add(run, 2600, "  the norm\n turns\there ")
    notes.add(run, 40)
    notes.add(run, 2600, "again")
    assert texts(run) == [(40, ""), (2600, "the norm turns here"), (2600, "again")]
    assert notes.notes(run)[1] == made
    assert made.by
    assert made.at.endswith("Z")


def test_a_removal_takes_away_what_stands_at_its_step_and_nothing_later(
    run: rundir.RunDir,
) -> None:
    for step, text in [(40, "a"), (40, "b"), (50, "c")]:
        notes.add(run, step, text)
    notes.remove(run, 40)
    assert texts(run) == [(50, "c")]
    notes.add(run, 40, "new")
    assert texts(run) == [(40, "new"), (50, "c")]


def test_writers_do_not_mix(run: rundir.RunDir) -> None:
    def write(name: str) -> None:
        for step in range(20):
            notes.add(run, step, name * 100)

    writers = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(notes.notes(run)) == 60
    assert {text for _, text in texts(run)} == {"a" * 100, "b" * 100, "c" * 100}


def test_what_is_no_note_is_left_out(run: rundir.RunDir) -> None:
    lines = [
        b"",
        b"{",
        b"[]",
        b'{"text":"no step"}',
        b'{"step":-1}',
        b'{"step":1e400}',
        b'{"step":99999999999999999999}',
        b'{"step":1,"text":7}',
        b'{"step":1,"text":"' + b"x" * 501 + b'"}',
        b'{"step":1,"later":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"step":1,"text":"' + b"\xff" + b'"}',
        b'{"step":2,"text":"x' + b" " * 3000 + b'"}',
        b'{"step":5,"text":"whole","colour":"red"}',
        b'{"step":6,"text":"to',
    ]
    run.notes.write_bytes(b"\n".join(lines))
    assert (5, "whole") in texts(run)
    assert {step for step, _ in texts(run)} <= {1, 5}
    notes.add(run, 7, "after a torn line")
    assert texts(run)[-1] == (7, "after a torn line")


def test_links_pipes_and_folders_are_neither_read_nor_written(
    run: rundir.RunDir, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_bytes(b'{"step":1}\n')
    run.notes.symlink_to(target)
    assert notes.notes(run) == ()
    with pytest.raises(RunError, match="cannot note anything"):
        notes.add(run, 1)
    assert target.read_bytes() == b'{"step":1}\n'
    run.notes.unlink()
    os.mkfifo(run.notes)
    assert notes.notes(run) == ()
    with pytest.raises(RunError, match="not a regular file"):
        notes.add(run, 1)
    run.notes.unlink()
    run.notes.mkdir()
    assert notes.notes(run) == ()
    with pytest.raises(RunError, match="cannot note anything"):
        notes.remove(run, 1)


def test_more_than_there_is_room_for_is_neither_written_nor_read(run: rundir.RunDir) -> None:
    line = b'{"step":1,"text":"' + b"x" * 400 + b'"}\n'
    run.notes.write_bytes(line * (2 * MAX_FILE // len(line)))
    assert len(notes.notes(run)) == MAX_FILE // len(line)
    with pytest.raises(RunError, match="no room for more"):
        notes.add(run, 1)
    run.notes.unlink()
    with pytest.raises(RunError, match="a note of 501 characters; expected at most 500"):
        notes.add(run, 1, "x" * 501)
    notes.add(run, 1, "\U0001f600" * 400)
    with pytest.raises(RunError, match="bytes; expected at most 2048"):
        notes.add(run, 1, "\x01" * 500)


def test_a_disk_that_is_full_says_so_and_leaves_what_stood(run: rundir.RunDir) -> None:
    notes.add(run, 1, "kept")
    with pytest.raises(RunError, match="No space left"):
        notes.add(run, 2, disk=Full())
    with pytest.raises(RunError, match="the disk is full"):
        notes.add(run, 2, disk=Full(room=9))
    assert texts(run) == [(1, "kept")]
    notes.add(run, 3)
    assert texts(run) == [(1, "kept"), (3, "")]


def test_a_text_that_is_none_is_kept_as_well_as_can_be(run: rundir.RunDir) -> None:
    assert notes.add(run, 1, "a\udcffb").text == "a?b"


def test_a_user_without_a_name_writes_all_the_same(
    run: rundir.RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert notes.add(run, 1) == Note(step=1, at=notes.notes(run)[0].at)
