"""A process that reads every n-th stretch of a log and sends what it made of it.

It knows nothing of us but a pipe: when nobody listens any more, it ends.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.lines import decoded_block
from grok_tui.monitor.rows import Piece, packed
from grok_tui.protocol import events

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = struct.Struct("I")
"""Bytes of the parcel that follows."""
NEAR = 8 << 10
"""Bytes in which most lines end."""
BEHIND = 5
"""How far it stands back for the screen, which is to be painted and answers keys."""


class Parcel(msgspec.Struct, frozen=True, array_like=True):
    """What was made of one stretch: of the lines that begin in it."""

    end: int
    """Offset in the log behind the last of them."""
    complete: bool
    """Whether that is all of them. If not (a line without end, a log that was cut) there is no more
    to come."""
    damaged: int
    unknown: int
    pieces: tuple[Piece, ...]
    """In the order of the log."""


def parcel(descriptor: int, start: int, end: int, *, at_line: bool) -> Parcel:
    """What stands between two offsets of a log; `at_line`: a line begins at `start`.

    Raises OSError.
    """
    lead = 0 if at_line else 1
    data = os.pread(descriptor, end - start + lead, start - lead)
    begin = 0 if at_line else data.find(b"\n") + 1 or len(data)
    rest = start - lead + len(data)
    if begin < len(data) and not data.endswith(b"\n"):
        data += _to_line_end(descriptor, rest)
    stop = max(begin, data.rfind(b"\n") + 1)
    batch = decoded_block(data[begin:stop])
    return Parcel(
        start - lead + stop,
        rest == end and stop == len(data),
        batch.damaged,
        batch.unknown,
        tuple(packed(batch.events)),
    )


def _to_line_end(descriptor: int, offset: int) -> bytes:
    """The rest of a line that counts; nothing of one that does not."""
    for size in (NEAR, events.MAX_LINE):
        data = os.pread(descriptor, size, offset)
        if end := data.find(b"\n") + 1:
            return data[:end]
    return b""


def parcels(
    descriptor: int, bounds: tuple[int, int], share: tuple[int, int], size: int
) -> Iterator[Parcel]:
    """Those of every n-th stretch of `size` bytes between two offsets, from the k-th (0 to n - 1).

    `share` is (k, n); a line begins at the lower bound.
    """
    first, last = bounds
    for start in range(first + share[0] * size, last, share[1] * size):
        found = parcel(descriptor, start, min(start + size, last), at_line=start == first)
        yield found
        if not found.complete:
            return


def main() -> None:
    """Read what the command line asks for, and write parcels to standard output."""
    descriptor, first, last, index, count, size = map(int, sys.argv[1].split(","))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.nice(BEHIND)
    encode = msgspec.msgpack.Encoder().encode
    for one in parcels(descriptor, (first, last), (index, count), size):
        data = encode(one)
        sys.stdout.buffer.write(HEAD.pack(len(data)) + data)
        sys.stdout.buffer.flush()
