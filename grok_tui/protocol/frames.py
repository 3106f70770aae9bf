"""Frames: small pictures of a lane at one step, which the trainer writes and screens read.

A frame is MessagePack in a file named for the step. Nothing in it is averaged: of what is too large
every n-th row is taken, so that a stripe stays one.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

FORMAT = 1
MAGIC = b"grokfram"
MAX_FILE = 1 << 18
"""Bytes of a frame that are read at most."""
SUFFIX = ".frame"
LEVELS = 127
"""The largest quantised number: that of the value with the largest magnitude."""
SHARES = 255
"""What stands for a share of 1."""
UNUSED, TEST, TRAIN, RIGHT = 0, 1, 2, 4
"""A cell of a table: no example of the lane, one of the test set or of the training set; and
whether the network's answer to it is right, added to that."""
_NAME = re.compile(rf"([0-9]{{10}}){re.escape(SUFFIX)}")
_HEAD = struct.Struct("<8sI")
"""What a file begins with: whose it is, and the crc32 of the rest."""

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Size = Annotated[int, Meta(ge=1, le=1 << 24)]
Count = Annotated[int, Meta(ge=0, le=1 << 40)]
Amount = Annotated[float, Meta(ge=0.0, le=1e30)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Numbers = Annotated[bytes, Meta(max_length=1 << 14)]


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """A weight matrix and its mask: every `row_step`-th row, every `column_step`-th column."""

    name: Name
    rows: Size
    columns: Size
    row_step: Size
    column_step: Size
    scale: Amount
    """The value that stands as 127."""
    values: Numbers
    """int8, row by row."""
    mask: Numbers
    """A bit for each of the same weights, eight to a byte, the lowest first: 1 kept, 0 removed."""
    kept: Count
    """Of all its weights."""
    l1: Amount
    l2: Amount

    def __post_init__(self) -> None:
        height, width = self.shown
        if len(self.values) != height * width or len(self.mask) != sampled(height * width, 8):
            raise ValueError(f"{self.name} has another number of values than rows and columns")

    @property
    def shown(self) -> tuple[int, int]:
        """Rows and columns that the frame has."""
        return sampled(self.rows, self.row_step), sampled(self.columns, self.column_step)

    @property
    def density(self) -> float:
        """Kept share of all its weights."""
        return min(1.0, self.kept / (self.rows * self.columns))


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Which pairs (a, b) the network answers right: every `step`-th a and b."""

    tokens: Size
    step: Size
    mirrored: bool
    """Whether (a, b) and (b, a) are one example."""
    cells: Numbers
    """UNUSED, TEST or TRAIN, with RIGHT added, by a and then by b."""

    def __post_init__(self) -> None:
        if len(self.cells) != self.side**2:
            raise ValueError("the table has another number of cells than pairs")

    @property
    def side(self) -> int:
        """How many a, and how many b, the frame has."""
        return sampled(self.tokens, self.step)


class Spectrum(msgspec.Struct, frozen=True, kw_only=True):
    """The frequencies of each hidden unit: every `step`-th unit."""

    side: Name
    """What the units hear of the tokens, in, or say of the classes, out."""
    units: Size
    step: Size
    frequencies: Size
    """Frequencies 1, 2 and on."""
    shares: Numbers
    """Share of a unit's power at each frequency, 255 for 1, unit by unit."""
    strengths: Numbers
    """Amplitude of each unit as a share of the strongest one's, 255 for 1."""

    def __post_init__(self) -> None:
        units = sampled(self.units, self.step)
        if len(self.strengths) != units or len(self.shares) != units * self.frequencies:
            raise ValueError("the spectrum has another number of shares than units")


class Plane(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens in the plane of the first two principal components of their embedding."""

    name: Name
    """The table: W_E, or W_F of the second token."""
    scale: Amount
    """The coordinate that stands as 127."""
    first: Numbers
    """int8, token by token."""
    second: Numbers
    shares: tuple[Share, Share]
    """Of the variance, explained by either."""

    def __post_init__(self) -> None:
        if len(self.first) != len(self.second):
            raise ValueError("the plane has points with one coordinate")


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One lane after so many updates; all of it is of the same weights."""

    format: Annotated[int, Meta(ge=FORMAT, le=FORMAT)] = FORMAT
    arm: Name
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
    step: Count
    pruned: bool
    """Whether the masks are the lane's own; else they are those of its magnitudes now."""
    rate: Share
    """Share of the weights that the masks remove."""
    matrices: Annotated[tuple[Matrix, ...], Meta(max_length=64)]
    bits: Numbers
    """Mask of all matrices one after the other, every `bits_step`-th weight, eight to a byte."""
    bits_step: Size
    table: Table | None = None
    spectra: Annotated[tuple[Spectrum, ...], Meta(max_length=8)] = ()
    planes: Annotated[tuple[Plane, ...], Meta(max_length=8)] = ()


def sampled(size: int, step: int) -> int:
    """How many of so many things remain if every `step`-th is taken, the first included."""
    return -(-size // step)


def folder(run: RunDir, arm: str, seed: int) -> Path:
    """Where the frames of a lane lie; arm names are safe for paths by their pattern."""
    return run.frames / f"{arm}-seed{seed}"


def file_name(step: int) -> str:
    """The name of a frame's file; they sort as their steps do."""
    return f"{step:010d}{SUFFIX}"


def step_of(name: str) -> int | None:
    """The step that a file is named for; None for any other file."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def encode(frame: Frame) -> bytes:
    """The frame as its file has it."""
    data = msgspec.msgpack.encode(frame)
    return _HEAD.pack(MAGIC, zlib.crc32(data)) + data


def decode(data: bytes) -> Frame:
    """The frame in a file. Raises ValueError for anything else."""
    if len(data) < _HEAD.size:
        raise ValueError("it is cut short")
    magic, crc = _HEAD.unpack_from(data)
    if magic != MAGIC:
        raise ValueError("it is no frame")
    if zlib.crc32(data[_HEAD.size :]) != crc:
        raise ValueError("its bytes are not those that were written")
    try:
        return msgspec.msgpack.decode(data[_HEAD.size :], type=Frame)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
