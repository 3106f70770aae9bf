"""What a folder lies on."""

from __future__ import annotations

import errno
import fcntl
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.filesystems import REMOTE, Trial, kind, tried

if TYPE_CHECKING:
    from pathlib import Path

MOUNTS = """\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
40 22 0:40 / {base}/my\\040runs rw shared:1 master:2 - nfs4 server:/export rw
41 22 0:41 / {base}/my\\040runs/deep rw - tmpfs tmpfs rw
nonsense
42 22 - short
"""


def test_the_innermost_mount_counts(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text(MOUNTS.format(base=tmp_path))
    (tmp_path / "link").symlink_to(tmp_path / "my runs")
    assert kind(tmp_path / "my runs" / "x", root) == "nfs4"
    assert kind(tmp_path / "link", root) == "nfs4"
    assert kind(tmp_path / "my runs" / "deep", root) == "tmpfs"
    assert kind(tmp_path / "my runs2", root) == "ext4"
    assert "nfs4" in REMOTE


def test_where_the_system_does_not_tell_nothing_is_said(tmp_path: Path) -> None:
    assert kind(tmp_path, tmp_path) == ""


def test_a_folder_is_tried_with_a_file_that_is_gone_again(tmp_path: Path) -> None:
    trial = tried(tmp_path)
    assert (trial.problem, trial.locks) == ("", True)
    assert abs(trial.ahead) < 5
    assert list(tmp_path.iterdir()) == []
    assert tried(tmp_path / "gone") == Trial(problem="no such file or directory")


@pytest.mark.parametrize("refusal", [None, OSError(errno.ENOLCK, "No locks available")])
def test_locks_that_hold_nobody_off_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: OSError | None
) -> None:
    def flock(*_: int) -> None:
        if refusal:
            raise refusal

    monkeypatch.setattr(fcntl, "flock", flock)
    assert not tried(tmp_path).locks
