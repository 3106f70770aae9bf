"""Frames as files: what comes back, and what is refused of files that are none."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import msgspec
import pytest

from grok_tui.protocol import frames
from tests.frames import frame


def packed(value: object) -> bytes:
    """A file of these data, whole and with a right checksum."""
    data = msgspec.msgpack.encode(value)
    return struct.pack("<8sI", frames.MAGIC, zlib.crc32(data)) + data


def with_changed(part: str, **changed: object) -> bytes:
    """The file of a frame whose first part of that name has other values."""
    plain: dict[str, Any] = msgspec.to_builtins(frame(), builtin_types=(bytes,))
    where = plain[part][0] if isinstance(plain[part], (list, tuple)) else plain[part]
    where |= changed
    return packed(plain)


def test_a_frame_comes_back_as_it_was() -> None:
    assert frames.decode(frames.encode(frame())) == frame()


@pytest.mark.parametrize("length", [0, 5, 11, 12, 40, -1])
def test_a_torn_file_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"cut short|not those"):
        frames.decode(frames.encode(frame())[:length])


def test_a_damaged_file_is_refused() -> None:
    data = bytearray(frames.encode(frame()))
    data[len(data) // 2] ^= 1
    with pytest.raises(ValueError, match="not those that were written"):
        frames.decode(bytes(data))


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(ValueError, match="no frame"):
        frames.decode(b"\x80\x04\x95 pickled things")


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("matrices", {"rows": 7}),
        ("matrices", {"row_step": 0}),
        ("matrices", {"mask": b""}),
        ("matrices", {"scale": float("nan")}),
        ("matrices", {"l1": float("inf")}),
        ("matrices", {"name": "W" * 99}),
        ("matrices", {"kept": -1}),
        ("table", {"tokens": 1 << 23}),
        ("table", {"cells": b"\x00"}),
        ("spectra", {"frequencies": 99}),
        ("spectra", {"strengths": b"\xff"}),
        ("planes", {"second": b""}),
        ("planes", {"shares": [0.5, 1.5]}),
    ],
)
def test_what_does_not_fit_together_is_refused(part: str, changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="at `"):
        frames.decode(with_changed(part, **changed))


def test_a_frame_of_a_newer_format_is_refused() -> None:
    plain = msgspec.to_builtins(frame(), builtin_types=(bytes,)) | {"format": 2}
    with pytest.raises(ValueError, match="format"):
        frames.decode(packed(plain))


def test_deep_nesting_is_refused() -> None:
    data = b"\x81\xa1a" + b"\x91" * 100_000
    with pytest.raises(ValueError, match="nested"):
        frames.decode(struct.pack("<8sI", frames.MAGIC, zlib.crc32(data)) + data)


def test_files_are_named_for_their_step_and_sort_by_it() -> None:
    names = [frames.file_name(step) for step in (0, 9, 10, 12_345)]
    assert names == sorted(names)
    assert [frames.step_of(name) for name in names] == [0, 9, 10, 12_345]


@pytest.mark.parametrize("name", ["", "1.frame", ".0000000001.frame.tmp", "000000000\u0661.frame"])
def test_other_files_have_no_step(name: str) -> None:
    assert frames.step_of(name) is None
