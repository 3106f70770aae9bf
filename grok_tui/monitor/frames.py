"""The frames of a lane as they lie in a run's folder, whole or damaged, and how its mask moved."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from grok_tui.protocol.frames import MAX_FILE, decode, folder, step_of
from grok_tui.protocol.rundir import RunDir, read_small

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.frames import Frame

MOST = 256
"""Frames of a lane that are read: the newest."""
ENTRIES = 4096
"""Names in a folder that are looked at."""


@dataclass(frozen=True)
class Move:
    """How far a mask is from two others, by two measures, each from 0 to 1."""

    step: int
    before: float | None
    """Jaccard distance to the mask of the frame before; None for the first."""
    newest: float
    """To that of the newest frame."""
    changed: float
    """Share of the weights whose bits differ from those of the newest frame (Hamming)."""


@dataclass(frozen=True)
class Reel:
    """The frames of a lane in the order of their steps."""

    frames: tuple[Frame, ...] = ()
    moves: tuple[Move, ...] = ()
    """Of each frame's mask, in the same order."""
    left_out: int = 0
    """Files that cannot be read, and older frames than those that are."""


class Frames:
    """Reads the frames of a run, each file once; holds those of one lane."""

    def __init__(self, run: RunDir) -> None:
        self._run = run
        self._folder: Path | None = None
        self._seen: dict[str, tuple[tuple[int, int, int], Frame | None]] = {}
        self._reel = Reel()

    def read(self, arm: str, seed: int) -> Reel:
        """The frames of a lane; the same object while nothing is new."""
        of_lane = folder(self._run, arm, seed)
        if of_lane != self._folder:
            self._folder, self._seen, self._reel = of_lane, {}, Reel()
        names, left_out = _listed(of_lane)
        seen = {name: self._read(of_lane / name, mark, arm, seed) for name, mark in names.items()}
        if seen.keys() == self._seen.keys() and all(
            seen[name][0] == self._seen[name][0] for name in seen
        ):
            return self._reel
        self._seen = seen
        found = tuple(frame for _, frame in seen.values() if frame is not None)
        damaged = len(seen) - len(found)
        self._reel = Reel(found, _moves(found), left_out + damaged)
        return self._reel

    def _read(
        self, path: Path, mark: tuple[int, int, int], arm: str, seed: int
    ) -> tuple[tuple[int, int, int], Frame | None]:
        """A file as it is now, or as it was read before; None for the frame if it is none."""
        before = self._seen.get(path.name)
        if before and before[0] == mark:
            return before
        try:
            frame = decode(read_small(path, MAX_FILE))
        except (OSError, ValueError):
            return mark, None
        mine = (frame.arm, frame.seed, frame.step) == (arm, seed, step_of(path.name))
        return mark, frame if mine else None


def _listed(of_lane: Path) -> tuple[dict[str, tuple[int, int, int]], int]:
    """The files of the newest frames, by step, with what tells a file from one in its place; and
    how many older ones there are."""
    found = {}
    try:
        with os.scandir(of_lane) as entries:
            for entry in islice(entries, ENTRIES):
                if step_of(entry.name) is not None and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    found[entry.name] = (status.st_ino, status.st_mtime_ns, status.st_size)
    except OSError:
        return {}, 0
    names = sorted(found)
    return {name: found[name] for name in names[-MOST:]}, max(0, len(names) - MOST)


def _moves(frames: tuple[Frame, ...]) -> tuple[Move, ...]:
    """Distances between masks; those that are not of the same weights are as far as can be."""
    masks = [int.from_bytes(frame.bits, "little") for frame in frames]
    moves = []
    for at, frame in enumerate(frames):
        alike = _alike(frame, frames[-1])
        before = _jaccard(masks[at], masks[at - 1]) if at and _alike(frame, frames[at - 1]) else 1.0
        moves.append(
            Move(
                step=frame.step,
                before=before if at else None,
                newest=_jaccard(masks[at], masks[-1]) if alike else 1.0,
                changed=(masks[at] ^ masks[-1]).bit_count() / max(1, 8 * len(frame.bits))
                if alike
                else 1.0,
            )
        )
    return tuple(moves)


def _alike(frame: Frame, other: Frame) -> bool:
    return (len(frame.bits), frame.bits_step) == (len(other.bits), other.bits_step)


def _jaccard(mask: int, other: int) -> float:
    """1 - weights that both keep over weights that either keeps; 0 if neither keeps any."""
    either = (mask | other).bit_count()
    return 1 - (mask & other).bit_count() / either if either else 0.0
