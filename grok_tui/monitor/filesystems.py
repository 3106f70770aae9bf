"""What a folder lies on: its filesystem, and whether files in it can be locked."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from grok_tui.protocol.rundir import read_small

REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs"}
    | {"glusterfs", "orangefs", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs"}
)
"""Filesystems whose files several hosts may write."""
FLEETING = frozenset({"tmpfs", "ramfs"})
"""Those that a reboot empties."""
MAX_MOUNTS = 4 << 20
_OCTAL = re.compile(r"\\([0-7]{3})")


def kind(folder: Path, root: Path = Path("/")) -> str:
    """The type of the filesystem that a folder lies on; empty where the system does not tell."""
    try:
        text = read_small(root / "proc/self/mountinfo", MAX_MOUNTS).decode(errors="replace")
    except (OSError, ValueError):
        return ""
    place = Path(os.path.realpath(folder))
    best, found = -1, ""
    for line in text.splitlines():
        left, dash, right = line.partition(" - ")
        words = left.split(" ")
        if not dash or len(words) < 5:
            continue
        mount = Path(_OCTAL.sub(lambda octal: chr(int(octal[1], 8)), words[4]))
        if len(mount.parts) >= best and place.is_relative_to(mount):
            best, found = len(mount.parts), right.split(" ")[0]
    return found


@dataclass(frozen=True)
class Trial:
    """What came of a file that was made in a folder, and is gone again."""

    problem: str = ""
    """Why none could be made."""
    locks: bool = True
    """Whether a second lock on it was refused, as it should be."""
    ahead: float = 0.0
    """Seconds that the clock of the filesystem is before ours."""


def tried(folder: Path) -> Trial:
    """Make a file in the folder, lock it, and remove it."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".grok-tui-doctor-") as file:
            file.write(b"x")
            file.flush()
            ahead = os.fstat(file.fileno()).st_mtime - time.time()
            return Trial(locks=_locks(file.fileno(), file.name), ahead=ahead)
    except OSError as error:
        return Trial(problem=(error.strerror or "no reason is given").lower())


def _locks(first: int, path: str) -> bool:
    second = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except OSError:
        return False
    finally:
        os.close(second)
    return True
