"""A long log, read by processes beside ours: two cores are quicker, and the screen answers."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.reader import HEAD, Parcel

if TYPE_CHECKING:
    from typing import IO

READERS = 2
STRETCH = 512 << 10
"""Bytes of the log that are read and sent at once."""
AHEAD = 1 << 20
"""Bytes that a reader may be ahead of us."""
SILENCE = 5.0
"""Seconds after which a reader that sends nothing is given up."""
_START = "import sys; sys.path[:] = sys.argv[2:]; from grok_tui.monitor.reader import main; main()"


class Backlog:
    """The lines of an open log between two offsets; one begins at the first."""

    def __init__(self, descriptor: int, start: int, end: int) -> None:
        self._decode = msgspec.msgpack.Decoder(Parcel).decode
        self._left = -(-(end - start) // STRETCH)
        self._turn = 0
        self._readers: list[subprocess.Popen[bytes]] = []
        with contextlib.suppress(OSError, ValueError):
            for index in range(READERS):
                numbers = (descriptor, start, end, index, READERS, STRETCH)
                self._readers.append(_reader(descriptor, ",".join(map(str, numbers))))

    def take(self) -> Parcel | None:
        """The next parcel in the order of the log; None: there are no more, for whatever reason."""
        if not self._left or len(self._readers) < READERS:
            return None
        pipe = self._readers[self._turn % READERS].stdout
        assert pipe is not None
        try:
            head = _exactly(pipe, HEAD.size)
            found = self._decode(_exactly(pipe, *HEAD.unpack(head)))
        except (OSError, ValueError):
            self._left = 0
            return None
        self._turn += 1
        self._left = self._left - 1 if found.complete else 0
        return found

    def close(self) -> None:
        """Send the readers away."""
        for reader in self._readers:
            with reader:  # closes the pipe and waits
                reader.kill()
        self._readers = []


def _reader(descriptor: int, numbers: str) -> subprocess.Popen[bytes]:
    """A reader of our modules and no others. Raises OSError."""
    places = [str(Path(place).absolute()) for place in sys.path]
    return subprocess.Popen(
        (sys.executable, "-I", "-S", "-c", _START, numbers, *places),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(descriptor,),
        cwd="/",
        bufsize=0,
        pipesize=AHEAD,
    )


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    """So many bytes. Raises OSError if they do not come."""
    found = bytearray()
    until = time.monotonic() + SILENCE
    while len(found) < size:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        data = os.read(pipe.fileno(), size - len(found)) if ready else b""
        if not data:
            raise OSError("a reader fell silent")
        found += data
    return bytes(found)
