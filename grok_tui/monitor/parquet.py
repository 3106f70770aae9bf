"""A table as a Parquet file: columns of one type each, any of whose values may be missing.

No more of the format than that needs: one page a column and row group, plain values, gzip. So it
takes no library, and each reads it (https://parquet.apache.org/docs/file-format/).
"""

from __future__ import annotations

import struct
import zlib
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Kind = Literal["flag", "whole", "number", "text"]
    Field = tuple[int, int, bytes]
    """Of a struct of the metadata: its number, its type there, and its bytes."""

MAGIC = b"PAR1"
GROUP = 100_000
"""Rows of a row group: what is in memory at a time."""
_TYPES = {"flag": 0, "whole": 2, "number": 5, "text": 6}
_GZIP = 2
_INT32, _INT64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
"""Types of the metadata's compact protocol."""
_PLAIN, _RLE = 0, 3
"""Encodings of values, and of what says which there are."""


def write(
    file: BinaryIO, names: Sequence[str], kinds: Sequence[Kind], rows: Iterable[Sequence[Any]]
) -> int:
    """Write the rows; how many there were. Values are of their column's kind, or None."""
    left = iter(rows)
    at = file.write(MAGIC)
    groups: list[bytes] = []
    count = 0
    while group := list(islice(left, GROUP)):
        columns: list[bytes] = []
        total = 0
        for name, kind, values in zip(names, kinds, zip(*group, strict=True), strict=True):
            page, size = _page(kind, values)
            columns.append(_chunk(name, kind, len(values), at, (size, len(page))))
            at += file.write(page)
            total += size
        groups.append(_struct(_list(1, _STRUCT, columns), _long(2, total), _long(3, len(group))))
        count += len(group)
    schema = [_struct(_text(4, "table"), _int(5, len(names))), *map(_element, names, kinds)]
    footer = _struct(
        _int(1, 1),
        _list(2, _STRUCT, schema),
        _long(3, count),
        _list(4, _STRUCT, groups),
        _text(6, "grok-tui"),
    )
    file.write(footer + struct.pack("<I", len(footer)) + MAGIC)
    return count


def kind_of(values: Iterable[object]) -> Kind:
    """The kind of a column that holds these values."""
    types = {type(value) for value in values} - {type(None)}
    if types == {bool}:
        return "flag"
    if types == {int}:
        return "whole"
    return "number" if types and types <= {int, float} else "text"


def _page(kind: Kind, values: Sequence[Any]) -> tuple[bytes, int]:
    """All values of a column as a page with its header, and how large it is unpacked."""
    there = b"".join(
        _varint(len(list(run)) << 1) + bytes([known])
        for known, run in groupby(value is not None for value in values)
    )
    present = [value for value in values if value is not None]
    data = struct.pack("<I", len(there)) + there + _ENCODED[kind](present)
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(data) + packer.flush()
    about = _struct(_int(1, len(values)), _int(2, _PLAIN), _int(3, _RLE), _int(4, _RLE))
    head = _struct(_int(1, 0), _int(2, len(data)), _int(3, len(packed)), (5, _STRUCT, about))
    return head + packed, len(head) + len(data)


def _flags(values: Sequence[bool]) -> bytes:
    bits = int("0" + "".join("01"[value] for value in reversed(values)), 2)
    return bits.to_bytes((len(values) + 7) // 8, "little")


def _wholes(values: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


def _numbers(values: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


def _texts(values: Sequence[str]) -> bytes:
    found = (str(value).encode("utf-8", "replace") for value in values)
    return b"".join(struct.pack("<I", len(one)) + one for one in found)


_ENCODED: dict[Kind, Callable[[Sequence[Any]], bytes]] = {
    "flag": _flags,
    "whole": _wholes,
    "number": _numbers,
    "text": _texts,
}


def _element(name: str, kind: Kind) -> bytes:
    """A column in the schema; it may lack values."""
    fields = [_int(1, _TYPES[kind]), _int(3, 1), _text(4, name)]
    if kind == "text":
        fields += [_int(6, 0), (10, _STRUCT, _struct((1, _STRUCT, _struct())))]
    return _struct(*fields)


def _chunk(name: str, kind: Kind, count: int, at: int, sizes: tuple[int, int]) -> bytes:
    """Where the values of a column lie in the file: unpacked and packed bytes from `at` on."""
    about = _struct(
        _int(1, _TYPES[kind]),
        _list(2, _INT32, [_varint(_PLAIN << 1), _varint(_RLE << 1)]),
        _list(3, _BINARY, [_sized(name)]),
        _int(4, _GZIP),
        _long(5, count),
        _long(6, sizes[0]),
        _long(7, sizes[1]),
        _long(9, at),
    )
    return _struct(_long(2, at), (3, _STRUCT, about))


def _struct(*fields: Field) -> bytes:
    """Fields with rising numbers, less than 16 apart, and the end."""
    found, before = b"", 0
    for number, kind, data in fields:
        found += bytes([(number - before) << 4 | kind]) + data
        before = number
    return found + b"\0"


def _int(number: int, value: int) -> Field:
    return number, _INT32, _varint(value << 1)


def _long(number: int, value: int) -> Field:
    return number, _INT64, _varint(value << 1)


def _text(number: int, text: str) -> Field:
    return number, _BINARY, _sized(text)


def _list(number: int, kind: int, items: Sequence[bytes]) -> Field:
    size = len(items)
    head = bytes([size << 4 | kind]) if size < 15 else bytes([0xF0 | kind]) + _varint(size)
    return number, _LIST, head + b"".join(items)


def _sized(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return _varint(len(data)) + data


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; numbers that could be negative are doubled before."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
