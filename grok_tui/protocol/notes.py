"""Marks and notes that people put to steps of a run: one line each in its notes.jsonl.

Every viewer of a run may write, while it is trained and ever after; the trainer never does.
"""

from __future__ import annotations

import getpass
import os
import time
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from grok_tui.errors import RunError
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Step
from grok_tui.protocol.regular import open_regular

if TYPE_CHECKING:
    from grok_tui.protocol.rundir import RunDir

MAX_LINE = 2048
MAX_TEXT = 500
MAX_FILE = 256 * 1024
"""Bytes of notes that a run has room for; what stands behind them in the file is not read."""
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A mark at a step, with or without words. The text is foreign: `safe` comes before a screen.

    Unknown keys are let through: a newer version wrote them.
    """

    step: Step
    text: Annotated[str, Meta(max_length=MAX_TEXT)] = ""
    """Empty: a mark without words."""
    at: Annotated[str, Meta(max_length=40)] = ""
    """When it was made; UTC, ISO 8601; for display only."""
    by: Annotated[str, Meta(max_length=80)] = ""
    """Name of the user who made it."""
    removed: bool = False
    """Whether this takes away what stands at the step, in place of adding to it."""


_decoder = msgspec.json.Decoder(Note)


def notes(run: RunDir) -> tuple[Note, ...]:
    """The notes of a run by step, those of one step in the order of writing.

    Lines that are no notes are left out; a file that is none, or cannot be read, has none.
    """
    found: dict[int, list[Note]] = {}
    for line in _data(run).split(b"\n"):
        note = _decoded(line)
        if note is None:
            continue
        if note.removed:
            found.pop(note.step, None)
        else:
            found.setdefault(note.step, []).append(note)
    return tuple(note for step in sorted(found) for note in found[step])


def add(run: RunDir, step: int, text: str = "", disk: Disk | None = None) -> Note:
    """Put a note to a step; what was written. Line ends in the text become spaces.

    Raises RunError for a text that is too long and for a file that cannot be written.
    """
    plain = " ".join(text.encode("utf-8", "replace").decode().split())
    if len(plain) > MAX_TEXT:
        raise RunError(f"a note of {len(plain)} characters; expected at most {MAX_TEXT}")
    note = Note(step=step, text=plain, at=_now(), by=_user())
    _append(run, note, disk or Disk())
    return note


def remove(run: RunDir, step: int, disk: Disk | None = None) -> None:
    """Take away whatever stands at a step. Raises RunError for a file that cannot be written."""
    _append(run, Note(step=step, at=_now(), by=_user(), removed=True), disk or Disk())


def _data(run: RunDir) -> bytes:
    """The whole lines of the file, no more than there is room for."""
    try:
        descriptor = open_regular(run.notes)
    except OSError:
        return b""
    try:
        return os.pread(descriptor, MAX_FILE, 0)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _decoded(line: bytes) -> Note | None:
    if not 0 < len(line) <= MAX_LINE:
        return None
    try:
        return _decoder.decode(line)
    except (ValueError, RecursionError):
        return None


def _append(run: RunDir, note: Note, disk: Disk) -> None:
    """One line in one write, so that writers do not mix; behind the torn line of another."""
    line = msgspec.json.encode(note) + b"\n"
    if len(line) > MAX_LINE:
        raise RunError(f"a note of {len(line)} bytes; expected at most {MAX_LINE}")
    try:
        descriptor = open_regular(run.notes, _APPEND)
        try:
            _write(run, descriptor, line, disk)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RunError(f"cannot note anything of {run.id}: {error.strerror}") from None


def _write(run: RunDir, descriptor: int, line: bytes, disk: Disk) -> None:
    size = os.fstat(descriptor).st_size
    if size + len(line) >= MAX_FILE:
        raise RunError(f"{run.id} has {MAX_FILE // 1024} KiB of notes; there is no room for more")
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        line = b"\n" + line
    if disk.write(descriptor, line) < len(line):
        raise RunError(f"cannot note anything of {run.id}: the disk is full")
    disk.sync(descriptor)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _user() -> str:
    """Who writes; empty where the system does not know."""
    try:
        return getpass.getuser().encode("utf-8", "replace").decode()[:80]
    except (OSError, KeyError):
        return ""
