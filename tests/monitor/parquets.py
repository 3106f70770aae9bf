"""A reader of the Parquet files that we write, after the format's own description.

pyarrow, which reads them as well, is too large to be needed for a test.
"""

from __future__ import annotations

import gzip
import io
import struct
from typing import Any


def read(data: bytes) -> tuple[list[str], list[list[Any]]]:
    """Names of the columns, and the rows."""
    assert data[:4] == data[-4:] == b"PAR1"
    (size,) = struct.unpack("<I", data[-8:-4])
    about = fields(io.BytesIO(data[-8 - size : -8]))
    columns = [(one[4].decode(), one[1]) for one in about[2][1:]]
    rows: list[list[Any]] = []
    for group in about[4]:
        chunks = [
            _column(data, chunk[3], kind)
            for chunk, (_, kind) in zip(group[1], columns, strict=True)
        ]
        rows += [list(row) for row in zip(*chunks, strict=True)]
    assert len(rows) == about[3]
    return [name for name, _ in columns], rows


def _column(data: bytes, about: dict[int, Any], kind: int) -> list[Any]:
    file = io.BytesIO(data[about[9] : about[9] + about[7]])
    head = fields(file)
    page = gzip.decompress(file.read(head[3]))
    assert len(page) == head[2]
    (size,) = struct.unpack("<I", page[:4])
    there = _runs(io.BytesIO(page[4 : 4 + size]), size)
    assert len(there) == about[5] == head[5][1]
    values = iter(_values(page[4 + size :], kind, sum(there)))
    return [next(values) if known else None for known in there]


def _runs(file: io.BytesIO, size: int) -> list[int]:
    found: list[int] = []
    while file.tell() < size:
        count = varint(file)
        assert count % 2 == 0, "we write runs of one value only"
        found += [file.read(1)[0]] * (count >> 1)
    return found


def _values(data: bytes, kind: int, count: int) -> list[Any]:
    if kind == 0:
        return [bool(data[at // 8] >> at % 8 & 1) for at in range(count)]
    if kind in (2, 5):
        return list(struct.unpack(f"<{count}{'q' if kind == 2 else 'd'}", data))
    found, at = [], 0
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, at)
        found.append(data[at + 4 : at + 4 + size].decode())
        at += 4 + size
    assert at == len(data)
    return found


def varint(file: io.BytesIO) -> int:
    """Seven bits a byte, the lowest first."""
    value = shift = 0
    while True:
        (byte,) = file.read(1)
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value


def fields(file: io.BytesIO) -> dict[int, Any]:
    """A struct of the compact protocol: values by the numbers of their fields."""
    found: dict[int, Any] = {}
    number = 0
    while (head := file.read(1)[0]) != 0:
        number += head >> 4
        found[number] = _value(file, head & 15)
    return found


def _value(file: io.BytesIO, kind: int) -> Any:
    if kind in (5, 6):
        value = varint(file)
        return value >> 1 ^ -(value & 1)
    if kind == 8:
        return file.read(varint(file))
    if kind == 12:
        return fields(file)
    assert kind == 9, f"type {kind} is none of ours"
    head = file.read(1)[0]
    size = head >> 4 if head >> 4 < 15 else varint(file)
    return [_value(file, head & 15) for _ in range(size)]
