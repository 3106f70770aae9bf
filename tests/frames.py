"""Frames that no trainer took: networks whose pictures can be told by hand.

frame()                      a network that has learnt: one frequency a unit, every pair right
frame(learnt=False)          one that has not: no frequency stands out, training pairs right
written(run, "dense", 0)     frames of both kinds in a run's folder
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grok_tui.protocol import frames
from grok_tui.protocol.frames import Frame, Matrix, Plane, Spectrum, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.rundir import RunDir

P = 13
UNITS = 10
FREQUENCY = 2
"""That of the embedding's circle."""
STEPS = (0, 5, 20, 80, 320)
LEARNT_AT = 80
"""The step from which on `written` has networks that have learnt."""


def frame(
    step: int = 0,
    *,
    arm: str = "dense",
    seed: int = 0,
    learnt: bool = True,
    pruned: bool = False,
    kept: Sequence[bool] = (True, False, True, False, False),
) -> Frame:
    """A frame of an MLP on addition mod 13; `kept` is repeated over the masks."""
    matrices = tuple(
        matrix(name, *shape, learnt=learnt, kept=kept)
        for name, shape in (("W_E", (16, P)), ("W_in", (UNITS, 16)), ("W_U", (16, P)))
    )
    weights = sum(one.rows * one.columns for one in matrices)
    return Frame(
        arm=arm,
        seed=seed,
        step=step,
        pruned=pruned,
        rate=0.6,
        matrices=matrices,
        bits=as_bits([kept[at % len(kept)] for at in range(weights)]),
        bits_step=1,
        table=table(learnt),
        spectra=tuple(spectrum(side, learnt) for side in ("in", "out")),
        planes=(plane(learnt),),
    )


def matrix(
    name: str, rows: int, columns: int, *, learnt: bool = True, kept: Sequence[bool] = (True,)
) -> Matrix:
    """Waves along the rows of a network that has learnt, else a chequered board."""
    turn = 2 * math.pi * FREQUENCY / columns
    values = [
        round(127 * math.cos(turn * column + row)) if learnt else 100 * (-1) ** (row + column)
        for row in range(rows)
        for column in range(columns)
    ]
    mask = [kept[at % len(kept)] for at in range(rows * columns)]
    return Matrix(
        name=name,
        rows=rows,
        columns=columns,
        row_step=1,
        column_step=1,
        scale=0.5,
        values=as_int8(values),
        mask=as_bits(mask),
        kept=sum(mask),
        l1=rows * columns * 0.25,
        l2=math.sqrt(rows * columns) * 0.25,
    )


def table(learnt: bool) -> Table:
    """Every third pair is trained on; the test pairs are right once it has learnt."""
    kinds = [
        frames.TRAIN if (min(a, b) * P + max(a, b)) % 3 == 0 else frames.TEST
        for a in range(P)
        for b in range(P)
    ]
    cells = [kind + frames.RIGHT * (learnt or kind == frames.TRAIN) for kind in kinds]
    return Table(tokens=P, step=1, mirrored=True, cells=bytes(cells))


def spectrum(side: str, learnt: bool) -> Spectrum:
    """Unit n has the frequency 1 + n mod 3, or all of them in the same share."""
    frequencies = (P - 1) // 2
    shares = [
        (230 if at == unit % 3 else 5) if learnt else 255 // frequencies
        for unit in range(UNITS)
        for at in range(frequencies)
    ]
    return Spectrum(
        side=side,
        units=UNITS,
        step=1,
        frequencies=frequencies,
        shares=bytes(shares),
        strengths=bytes(255 - unit for unit in range(UNITS)),
    )


def plane(learnt: bool) -> Plane:
    """The tokens on a circle, once round at their frequency; or along a crooked line."""
    turn = 2 * math.pi * FREQUENCY / P
    first = [math.cos(turn * a) if learnt else (a * a % 7 - 3) / 3 for a in range(P)]
    second = [math.sin(turn * a) if learnt else (a * 5 % 4 - 2) / 2 for a in range(P)]
    return Plane(
        name="W_E",
        scale=2.0,
        first=as_int8([round(127 * x) for x in first]),
        second=as_int8([round(127 * y) for y in second]),
        shares=(0.4, 0.35) if learnt else (0.05, 0.04),
    )


def written(run: RunDir, arm: str = "dense", seed: int = 0) -> None:
    """Frames of a lane in a run's folder: it learns on the way."""
    folder = frames.folder(run, arm, seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number, step in enumerate(STEPS):
        kept = [at % 5 in (number % 5, (number + 2) % 5) for at in range(5)]
        taken = frame(step, arm=arm, seed=seed, learnt=step >= LEARNT_AT, kept=kept)
        (folder / frames.file_name(step)).write_bytes(frames.encode(taken))


def as_int8(values: Sequence[int]) -> bytes:
    """Whole numbers from -128 to 127 as the frame has them."""
    return bytes(value % 256 for value in values)


def as_bits(mask: Sequence[bool]) -> bytes:
    """A mask eight weights to a byte, the lowest bit first."""
    padded = [*mask, *[False] * (-len(mask) % 8)]
    return bytes(
        sum(bit << place for place, bit in enumerate(padded[at : at + 8]))
        for at in range(0, len(padded), 8)
    )
