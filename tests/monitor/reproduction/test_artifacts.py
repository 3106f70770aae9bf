"""Tensors read back from safetensors files, whole, cut and hostile."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from safetensors.numpy import save_file

from grok_tui.monitor.reproduction import artifacts
from grok_tui.monitor.reproduction.artifacts import Tensor
from grok_tui.protocol.rundir import RunDir

if TYPE_CHECKING:
    from pathlib import Path

VALUES = np.array([[1.5, -2.0, 0.25], [4.0, 5.0, 6.0]], dtype=np.float32)
BITS = np.array([[1, 0], [0, 1]], dtype=np.uint8)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "artifacts"
    folder.mkdir()
    path = folder / "dense-seed3.safetensors"
    save_file({"init.W_E": VALUES, "mask.W_U": BITS}, path, metadata={"made": "by a test"})
    return path


def test_a_tensor_is_its_bytes_in_order(file: Path) -> None:
    run = RunDir(file.parent.parent)
    values = artifacts.read(run, "dense", 3, "init.W_E")
    assert values == Tensor("F32", (2, 3), VALUES.tobytes())
    assert artifacts.read(run, "dense", 3, "mask.W_U") == Tensor("U8", (2, 2), b"\1\0\0\1")


def test_words_are_the_bits_of_each_number(file: Path) -> None:
    values = artifacts.tensor(file, "init.W_E")
    bits = artifacts.tensor(file, "mask.W_U")
    assert values is not None
    assert bits is not None
    assert list(values.words) == VALUES.view(np.uint32).ravel().tolist()
    assert list(bits.words) == [1, 0, 0, 1]


def test_what_is_not_there_is_none(file: Path) -> None:
    run = RunDir(file.parent.parent)
    assert artifacts.read(run, "dense", 4, "init.W_E") is None
    assert artifacts.read(run, "dense", 3, "final.W_E") is None
    assert artifacts.read(run, "dense", 3, "__metadata__") is None


def test_a_file_cut_anywhere_gives_the_tensor_or_nothing(file: Path) -> None:
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert artifacts.tensor(file, "init.W_E") in (None, Tensor("F32", (2, 3), VALUES.tobytes()))


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]},
        {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]},
        {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]},
        {"dtype": "X9", "shape": [1], "data_offsets": [0, 4]},
        {"dtype": "F32"},
        "text",
    ],
)
def test_a_header_that_lies_gives_nothing(tmp_path: Path, entry: object) -> None:
    header = json.dumps({"x": entry}).encode()
    path = tmp_path / "lies.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(8))
    assert artifacts.tensor(path, "x") is None


def test_a_header_of_no_sane_length_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "long.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 62) + b"{}")
    assert artifacts.tensor(path, "x") is None


def test_a_header_that_is_nested_too_deeply_gives_nothing(tmp_path: Path) -> None:
    header = b'{"x":' + b"[" * 100_000
    path = tmp_path / "deep.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    assert artifacts.tensor(path, "x") is None
