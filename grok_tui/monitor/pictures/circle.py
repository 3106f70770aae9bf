"""The tokens as points where their embeddings differ most: a circle, if the network counts."""

from __future__ import annotations

import cmath
import math
from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.pictures.picture import TEXT, Picture, Sketch, signed
from grok_tui.monitor.points import scattered
from grok_tui.protocol.frames import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.pictures.picture import Shot, Size
    from grok_tui.protocol.frames import Frame, Plane

MOST = 256
"""Tokens whose frequency is worked out: a thousand would take a second."""
CLEAR, WHOLE = 0.5, 0.8
"""Shares of the movement from which on a frequency is named, and makes a circle."""


def _parts(frame: Frame) -> Sequence[str]:
    return [plane.name for plane in frame.planes]


def places(plane: Plane) -> list[complex]:
    """The two coordinates of each token as one number."""
    unit = plane.scale / LEVELS
    return [
        complex(signed(first), signed(second)) * unit
        for first, second in zip(plane.first, plane.second, strict=True)
    ]


def frequency(found: Sequence[complex]) -> tuple[int, float]:
    """The frequency that most of the points' movement from token to token has, and its share.

    (0, 0.0) where there is none, or where there are too many points.
    """
    p = len(found)
    if not 3 <= p <= MOST:
        return 0, 0.0
    turns = [cmath.exp(-2j * math.pi * at / p) for at in range(p)]
    middle = sum(found) / p
    powers = [
        sum(
            abs(sum((one - middle) * turns[way * at % p] for at, one in enumerate(found))) ** 2
            for way in (number, -number)
        )
        for number in range(1, (p + 1) // 2)
    ]
    total = sum(powers)
    if not total:
        return 0, 0.0
    best = max(powers)
    return powers.index(best) + 1, best / total


def _draw(shot: Shot, part: int, size: Size) -> Sketch:
    plane = shot.frame.planes[part]
    found = places(plane)
    best, share = frequency(found) if shot.frame.spectra else (0, 0.0)
    roles = [TEXT] * len(found)
    if share >= CLEAR and not shot.plain:
        turn = best / len(found)
        roles = [paints.INK + paints.wheel(turn * token) for token in range(len(found))]
    width, height = size
    square = min(width, 2 * height), height
    canvas = scattered([(one.real, one.imag) for one in found], roles, square)
    explained = f"{sum(plane.shares):.0%} of the variance"
    return Sketch(
        canvas, f"frequency {best}: {share:.0%} of it · {explained}" if best else explained
    )


def _caption(shot: Shot, part: int) -> str:
    plane = shot.frame.planes[part]
    best, share = frequency(places(plane)) if shot.frame.spectra else (0, 0.0)
    what = "A number is a token, placed by the two directions in which embeddings differ most."
    if not shot.frame.spectra:
        return f"{what} Groups and lines are structure that it has found."
    if share < CLEAR:
        return f"{what} A cloud: no frequency stands out. Grokking often makes a circle of it."
    coloured = "" if shot.plain else ", once round the colours"
    shape = "A circle" if share >= WHOLE else "A circle in the making"
    return (
        f"{what} {shape}: steps of {_step(best, len(plane.first))} lead once round it{coloured}. "
        f"That is frequency {best}, on which it can add by turning."
    )


def _step(best: int, p: int) -> int:
    """The difference of two tokens that are neighbours on the circle."""
    return next((step for step in range(1, p) if step * best % p in (1, p - 1)), 1)


def _numbers(shot: Shot, part: int) -> Iterator[Sequence[object]]:
    yield "token", "first", "second"
    for token, one in enumerate(places(shot.frame.planes[part])):
        yield token, round(one.real, 6), round(one.imag, 6)


PICTURE = Picture("circle", "embedding", _parts, _draw, _caption, _numbers)
