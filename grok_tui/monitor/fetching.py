"""Fetching MNIST: before a run is started, where it can be seen; the trainer never does."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from grok_tui.errors import RunError
from grok_tui.monitor.text import safe
from grok_tui.protocol import mnist
from grok_tui.protocol.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.mnist import IdxFile

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
"""Asked in this order. What they send is believed by its hash, not by who sent it."""
SILENCE = 20.0
"""Seconds without a byte after which a mirror is given up."""
PATIENCE = 900.0
"""Seconds that a file may take in all: 11 kB a second are enough."""
CHUNK = 1 << 16

Progress = Callable[[str, int, int], object]
"""Told the name of a file, the bytes that have come, and those that will."""


def complete(
    config: Config,
    progress: Progress,
    mirrors: Sequence[str] = MIRRORS,
    silence: float = SILENCE,
) -> None:
    """Fetch what is missing, one file after the other, each whole or not at all.

    Raises RunError, with what to put where, for a file that no mirror has or sends.
    """
    for folder, file in mnist.missing(config):
        _fetch(file, folder, mirrors, progress, silence)


def standing(name: str, done: int, total: int) -> str:
    """How far a file has come, in words."""
    return f"fetching {name}, {done / 1e6:.1f} of {total / 1e6:.1f} MB"


class _UnusableError(Exception):
    """A mirror sent something else."""


def _fetch(
    file: IdxFile, folder: Path, mirrors: Sequence[str], progress: Progress, silence: float
) -> None:
    """One file into its folder, from the first mirror that sends it."""
    reasons: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for mirror in mirrors:
            data = _asked(mirror, file, progress, silence, reasons)
            if data:
                beside = folder / f"{file.packed}.{os.getpid()}"
                try:
                    Disk().replace(beside, data)
                    Disk().rename(beside, folder / file.packed)
                finally:
                    beside.unlink(missing_ok=True)
                return
    except OSError as error:
        raise RunError(f"cannot keep MNIST in {folder}: {error.strerror}") from None
    said = safe("; ".join(reasons), 400)
    raise RunError(
        f"cannot fetch {file.packed} ({said}); put the four files of MNIST into {folder}"
    )


def _asked(
    mirror: str, file: IdxFile, progress: Progress, silence: float, reasons: list[str]
) -> bytes:
    """The file from one mirror; nothing, and one more reason, if it does not send it."""
    try:
        return _from(f"{mirror}{file.packed}", file, progress, silence)
    except (OSError, HTTPException, _UnusableError) as error:
        reasons.append(f"{urlsplit(mirror).hostname}: {_reason(error, silence)}")
        return b""


def _from(url: str, file: IdxFile, progress: Progress, silence: float) -> bytes:
    """The file from one place, whole. Raises OSError, HTTPException or _UnusableError."""
    until = time.monotonic() + PATIENCE
    data = bytearray()
    with urlopen(Request(url, headers={"User-Agent": "grok-tui"}), timeout=silence) as answer:
        while chunk := answer.read1(min(CHUNK, file.size + 1 - len(data))):
            data += chunk
            progress(file.packed, min(len(data), file.size), file.size)
            if time.monotonic() > until:
                raise _UnusableError(f"too slow, {len(data)} of {file.size} bytes came")
    if len(data) != file.size:
        there = len(data) if len(data) < file.size else "more"
        raise _UnusableError(f"it sent {there} bytes, not {file.size}")
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise _UnusableError("it sent another file, by its SHA-256")
    return bytes(data)


def _reason(error: Exception, silence: float) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(error, HTTPError):
        return f"status {error.code}"
    if isinstance(cause, TimeoutError):
        return f"silent for {silence:g} s"
    if isinstance(cause, OSError):
        return (cause.strerror or "no connection").lower()
    return str(cause) or type(cause).__name__
