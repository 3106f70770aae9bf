"""Files that must be files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grok_tui.protocol.regular import open_regular


def test_a_file_is_opened_and_nothing_else_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"what stands there")
    descriptor = open_regular(path)
    assert os.read(descriptor, 100) == b"what stands there"
    os.close(descriptor)
    before = len(list(Path("/dev/fd").iterdir()))
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(OSError, match="it is not a regular file"):
            open_regular(tmp_path / name)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(OSError, match="symbolic links"):
        open_regular(tmp_path / "link")
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_one_that_is_not_there_can_be_made(tmp_path: Path) -> None:
    path = tmp_path / "new"
    os.close(open_regular(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW))
    assert path.read_bytes() == b""
    assert path.stat().st_mode & 0o777 == 0o644 & ~_mask()


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
