"""Files are replaced whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path


class OneByteAtATime(Disk):
    def write(self, descriptor: int, data: bytes) -> int:
        return super().write(descriptor, data[:1])


class Full(Disk):
    def write(self, descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")


def test_short_writes_are_continued(tmp_path: Path) -> None:
    OneByteAtATime().replace(tmp_path / "file", b"whole")
    assert (tmp_path / "file").read_bytes() == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    Disk().replace(tmp_path / "file", b"old")
    with pytest.raises(OSError, match="No space"):
        Full().replace(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_file_for_which_there_was_no_room_takes_none(tmp_path: Path) -> None:
    """A part of a checkpoint kept the disk full that the log then waited for."""
    with pytest.raises(OSError, match="No space"):
        Full().replace(tmp_path / "file", b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_in_the_place_of_the_temporary_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".file.tmp")
    with pytest.raises(OSError, match="No such device"):
        Disk().replace(tmp_path / "file", b"new")


def test_unlink_of_what_is_gone_is_fine(tmp_path: Path) -> None:
    Disk().unlink(tmp_path / "nothing")
