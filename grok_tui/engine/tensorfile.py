"""A safetensors file that must be the one that was written: read once, each number kept once."""

from __future__ import annotations

import hashlib
import math
import os
from typing import TYPE_CHECKING, Annotated

import msgspec
import torch
from msgspec import Meta

from grok_tui.protocol.saved import LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedReader

    from torch import Tensor

TYPES = {
    "U8": torch.uint8,
    "I64": torch.int64,
    "F32": torch.float32,
    "F64": torch.float64,
}
"""The kinds of numbers that we write."""
OTHER = "its bytes are not those that were written"
_Place = Annotated[int, Meta(ge=0, le=2**53)]


class _Row(msgspec.Struct, frozen=True):
    """One tensor in the header."""

    dtype: str
    shape: Annotated[tuple[_Place, ...], Meta(max_length=8)]
    data_offsets: tuple[_Place, _Place]


_header = msgspec.json.Decoder(dict[str, msgspec.Raw])
_row = msgspec.json.Decoder(_Row)


def read(file: BufferedReader, size: int, sha256: str) -> tuple[bytes, dict[str, Tensor]]:
    """The header of a file and its tensors, which never take more room than the file.

    Raises ValueError if the file is not the one of that size and hash, OSError if it cannot be
    read.
    """
    if os.fstat(file.fileno()).st_size != size:
        raise ValueError(OTHER)
    digest = hashlib.sha256()
    left = size

    def take(length: int) -> bytearray:
        nonlocal left
        left -= length
        data = bytearray(length if left >= 0 else 0)
        if left < 0 or file.readinto(data) != length:
            raise ValueError(OTHER)
        digest.update(data)
        return data

    header = bytes(take(int.from_bytes(take(LENGTH), "little")))
    tensors = _tensors(header, take)
    if left or digest.hexdigest() != sha256:
        raise ValueError(OTHER)
    return header, tensors


def _tensors(header: bytes, take: Callable[[int], bytearray]) -> dict[str, Tensor]:
    """The tensors behind a header, in the order in which they lie. Raises ValueError."""
    try:
        found = _header.decode(header)
        rows = {name: _row.decode(raw) for name, raw in found.items() if name != "__metadata__"}
    except RecursionError:
        raise ValueError(OTHER) from None
    tensors, place = {}, 0
    for name, row in sorted(rows.items(), key=lambda item: item[1].data_offsets):
        dtype, count = TYPES.get(row.dtype), math.prod(row.shape)
        first, end = row.data_offsets
        if dtype is None or first != place or end - first != count * dtype.itemsize:
            raise ValueError(OTHER)
        data, place = take(end - first), end
        flat = torch.frombuffer(data, dtype=dtype) if count else torch.empty(0, dtype=dtype)
        tensors[name] = flat.reshape(row.shape)
    return tensors
