"""IDX files, as MNIST has them: images and labels of bytes behind a short header.

Big-endian 32-bit numbers: the magic, how many, and of images the rows and columns; then the bytes.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from typing import IO, TYPE_CHECKING, NoReturn

import torch
from torch import Tensor

from grok_tui.errors import PresetError

if TYPE_CHECKING:
    from pathlib import Path

KEY = "task.folder"
IMAGES, LABELS = 2051, 2049
"""The magic: 8, for bytes, then the number of dimensions."""
MAX_BYTES = 1 << 28
"""What a file may hold unpacked: five times MNIST."""
CLASSES = 10
_GZIP = b"\x1f\x8b"


def pair(images: Path, labels: Path, side: int) -> tuple[Tensor, Tensor]:
    """Grey values (images, side x side), uint8, and classes (images,), int64.

    Both files may be gzipped. Raises PresetError for anything but a whole pair of them.
    """
    (count, rows, columns), grey = _read(images, IMAGES)
    if (rows, columns) != (side, side):
        _refuse(images, f"images of {rows} x {columns}; expected {side} x {side}")
    (labelled,), classes = _read(labels, LABELS)
    if labelled != count:
        _refuse(labels, f"{labelled} labels for {count} images; expected one for each")
    if classes.max() >= CLASSES:
        _refuse(labels, f"a label is {int(classes.max())}; expected 0 to {CLASSES - 1}")
    return grey.view(count, -1), classes.long()


def _read(path: Path, magic: int) -> tuple[tuple[int, ...], Tensor]:
    """The sizes in the header of a file and its bytes, flat."""
    try:
        with path.open("rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            if not packed:
                return _content(path, file, magic, os.fstat(file.fileno()).st_size)
            with gzip.GzipFile(fileobj=file) as unpacked:
                return _content(path, unpacked, magic)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        _refuse(path, "the gzipped data is damaged or cut short")
    except OSError as error:
        _refuse(path, (error.strerror or "it cannot be read").lower())


def _content(
    path: Path, file: IO[bytes] | gzip.GzipFile, magic: int, length: int | None = None
) -> tuple[tuple[int, ...], Tensor]:
    """The same of an open file, whose length is known where it is not packed."""
    sizes = _header(path, file.read(4 + 4 * (magic % 256)), magic)
    wanted = math.prod(sizes)
    what = f"{' x '.join(map(str, sizes))} bytes after the header"
    if not 0 < wanted <= MAX_BYTES:
        _refuse(path, f"it announces {what}; expected 1 to {MAX_BYTES}")
    if length is not None and length != 4 + 4 * len(sizes) + wanted:
        _refuse(path, f"{length} bytes in all; expected {what}")
    data = bytearray(file.read(wanted + 1))
    if len(data) != wanted:
        there = len(data) if len(data) < wanted else "more"
        _refuse(path, f"{there} bytes after the header; expected {what}")
    return sizes, torch.frombuffer(data, dtype=torch.uint8)


def _header(path: Path, head: bytes, magic: int) -> tuple[int, ...]:
    if len(head) < 4 + 4 * (magic % 256):
        _refuse(path, "it ends within the header; expected an IDX file")
    found, *sizes = struct.unpack(f">{len(head) // 4}I", head)
    if found != magic:
        what = "images" if magic == IMAGES else "labels"
        _refuse(path, f"it begins with the number {found}; expected {magic}, an IDX file of {what}")
    return tuple(sizes)


def _refuse(path: Path, problem: str) -> NoReturn:
    raise PresetError(str(path), KEY, problem)
