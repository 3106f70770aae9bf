"""Tensors that a run left behind, as bytes: safetensors, read without numpy.

The files are data from outside: what is wrong with one of them is simply not there.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import msgspec

from grok_tui.protocol.regular import open_regular

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

LENGTH = 8
"""Bytes at the start of a file that say how long its header is, the lowest first."""
MAX_HEADER = 1 << 20
MAX_BYTES = 1 << 28
SIZES = {"U8": 1, "F32": 4, "F64": 8, "I64": 8}
_headers = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Entry(msgspec.Struct, frozen=True):
    """A tensor in the header of a file."""

    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]

    @property
    def bytes(self) -> int:
        """How many it has to have; -1 for a kind that is not ours."""
        return SIZES.get(self.dtype, -1) * math.prod(self.shape)


_entries = msgspec.json.Decoder(_Entry)


@dataclass(frozen=True)
class Tensor:
    """Numbers in row-major order, of each the lowest byte first."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    @property
    def words(self) -> Sequence[int]:
        """The bits of each number, as a whole number."""
        size = SIZES[self.dtype]
        data = memoryview(self.data)
        return data if size == 1 else data.cast("I") if size == 4 else data.cast("Q")


def read(run: RunDir, arm: str, seed: int, name: str) -> Tensor | None:
    """One tensor of what a lane left, such as `mask.W_U`; None if it is not there whole."""
    return tensor(run.artifacts / f"{arm}-seed{seed}.safetensors", name)


def tensor(path: Path, name: str) -> Tensor | None:
    """One tensor of a safetensors file; None if it is not there whole."""
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            entry = _entries.decode(_header(file)[name])
            first, end = entry.data_offsets
            if not 0 <= first <= end or end - first != entry.bytes or entry.bytes > MAX_BYTES:
                return None
            file.seek(first, os.SEEK_CUR)
            data = file.read(entry.bytes)
    except (OSError, ValueError, KeyError, RecursionError):
        return None
    return Tensor(entry.dtype, entry.shape, data) if len(data) == entry.bytes else None


def _header(file: IO[bytes]) -> dict[str, msgspec.Raw]:
    """The header; the file stands where the numbers begin. Raises ValueError."""
    length = int.from_bytes(file.read(LENGTH), "little")
    if not 0 < length <= MAX_HEADER:
        raise ValueError("the header is of no sane length")
    return _headers.decode(file.read(length))
