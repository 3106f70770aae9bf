"""The writer of the event log: whole lines, in order, few system calls."""

from __future__ import annotations

import contextlib
import os
import re
import time
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.protocol.events import (
    MAX_LINE,
    AnyEvent,
    Failed,
    Finished,
    Reached,
    decode,
    encode,
)
from grok_tui.protocol.regular import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.disk import Disk
    from grok_tui.protocol.rundir import RunDir

FLUSH_EVERY = 0.25
FLUSH_BYTES = 64 * 1024
SYNC_EVERY = 5.0
ASIDE, ASIDE_BYTES = 3, 64 << 20
"""Logs that are kept aside, and how long all of them may be; the newest is kept in any case."""
_ASIDE = re.compile(r"events-before-([1-9][0-9]{0,8})\.jsonl")


class EventLog:
    """Lines collect in memory and go out in one write; only the holder of the lock has one.

    The file is opened by the first flush: until then it may be cut.
    """

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._descriptor = -1
        self._disk = disk
        self._pending = bytearray()
        self._urgent = False
        self._flushed = self._synced = time.monotonic()
        self._file: os.stat_result | None = None
        self.size = 0
        """Bytes in the file; what is still in memory not counted."""

    def add(self, event: AnyEvent) -> None:
        """Put an event behind all others; it is in the file after the next flush."""
        self._pending += encode(event)
        self._urgent |= isinstance(event, (Reached, Finished))

    @property
    def is_gone(self) -> bool:
        """Whether the file has lost its name: it or its folder was removed, moved or replaced."""
        if self._file is None:
            return not self._path.parent.exists()
        try:
            return not os.path.samestat(os.stat(self._path), self._file)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False

    @property
    def is_due(self) -> bool:
        """Whether a flush should not wait any longer."""
        waited = time.monotonic() - self._flushed
        full = len(self._pending) >= FLUSH_BYTES
        return bool(self._pending) and (self._urgent or full or waited >= FLUSH_EVERY)

    def flush(self) -> None:
        """Write what is pending. Raises OSError; what went out is never written again."""
        if self._file is None:
            self._open()
        while self._pending:
            written = self._disk.write(self._descriptor, bytes(self._pending))
            del self._pending[:written]
            self.size += written
        self._urgent = False
        self._flushed = time.monotonic()
        if self._flushed - self._synced >= SYNC_EVERY:
            self.sync()

    def sync(self) -> None:
        """All that was flushed is on the medium when this returns."""
        self._disk.sync(self._descriptor)
        self._synced = time.monotonic()

    def close(self) -> None:
        """Let the file go."""
        os.close(self._descriptor)

    def _open(self) -> None:
        descriptor = _open_mended(self._path, self._disk)
        file = os.fstat(descriptor)
        if not file.st_size:
            try:
                self._disk.sync_folder(self._path.parent)  # no checkpoint counts without its log
            except OSError:
                os.close(descriptor)
                raise
        self._descriptor, self._file, self.size = descriptor, file, file.st_size


def size(path: Path) -> int:
    """Length of a log; 0 if there is none."""
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def cut(path: Path, length: int, disk: Disk) -> None:
    """Make the log end after `length` bytes: a new file in its place, so that readers notice."""
    with path.open("rb") as file:
        disk.replace(path, file.read(length))


def _open_mended(path: Path, disk: Disk) -> int:
    """The log to be written on; a torn line that a full disk left at its end is cut away first."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o644)
    length = os.fstat(descriptor).st_size
    end = os.pread(descriptor, MAX_LINE, max(0, length - MAX_LINE))
    torn = len(end.rpartition(b"\n")[2])
    if not torn:
        return descriptor
    os.close(descriptor)
    cut(path, length - torn, disk)
    return os.open(path, flags, 0o644)


def set_aside(run: RunDir, disk: Disk) -> str:
    """Give the log another name, under which no reader looks for one; that name.

    Of those that have one already the newest are kept: two, and 64 MiB with this one.
    """
    found = filter(None, (_ASIDE.fullmatch(path.name) for path in run.path.iterdir()))
    numbers = sorted((int(one[1]) for one in found), reverse=True)
    kept = run.events_before(numbers[0] + 1 if numbers else 1)
    disk.rename(run.events, kept)  # on the medium before the first line of the log to come
    room = ASIDE_BYTES - size(kept)
    for place, path in enumerate(map(run.events_before, numbers), 2):
        room -= size(path)
        if place > ASIDE or room < 0:
            with contextlib.suppress(OSError):
                disk.unlink(path)
    return kept.name


def ended_as(path: Path) -> str:
    """How the run of this log ended: completed, stopped, failed, or empty if it did not.

    Raises RunError for what is no file and could not be written on: a pipe would be waited for.
    """
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - MAX_LINE))
            lines = file.read(MAX_LINE).splitlines()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None
    try:
        last = decode(lines[-1]) if lines else None
    except (ValueError, RecursionError):
        return ""
    if isinstance(last, Finished):
        return last.outcome
    return "failed" if isinstance(last, Failed) else ""
