"""What was measured of one lane, column by column: many events are added as quickly as one."""

from __future__ import annotations

import struct
from collections import defaultdict
from itertools import compress, groupby
from operator import lt
from typing import TYPE_CHECKING, cast

import msgspec

from grok_tui.protocol.events import AnyEvent, Measured, ProbeValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Found = tuple[int, dict[str, ProbeValue]]
"""A step, and what probes found there."""


class Rows(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="rows"):
    """Measurements of one lane, at least one, with strictly rising steps."""

    arm: str
    seed: int
    first: int
    """The first step."""
    last: int
    steps: bytes
    """Of the C type q."""
    columns: tuple[bytes, ...]
    """The other numbers in the order of `Measured`, seconds first, each of the C type d."""
    probes: tuple[Found, ...]
    """Where they found anything."""

    def after(self, step: int) -> Rows | None:
        """Those of later steps."""
        count = len(self.steps) // 8
        steps = struct.unpack(f"{count}q", self.steps)
        later = [one > step for one in steps]
        if not any(later):
            return None
        columns = [struct.unpack(f"{count}d", column) for column in self.columns]
        return _rows(
            (self.arm, self.seed),
            tuple(compress(steps, later)),
            [tuple(compress(column, later)) for column in columns],
            tuple(found for found in self.probes if found[0] > step),
        )


Piece = AnyEvent | Rows


def packed(events: Iterable[Piece]) -> Iterator[Piece]:
    """The events, with what was measured of a lane between two others of them side by side.

    A step that is not after those before it is left out, as `fold` would.
    """
    for kind, run in groupby(events, type):
        if kind is Measured:
            yield from _lane_by_lane(cast("Iterable[Measured]", run))
        else:
            yield from run


def _lane_by_lane(events: Iterable[Measured]) -> Iterator[Rows]:
    lanes: defaultdict[tuple[str, int], list[Measured]] = defaultdict(list)
    for event in events:
        lanes[event.arm, event.seed].append(event)
    for key, found in lanes.items():
        _, _, steps, *columns, probes = zip(*map(msgspec.structs.astuple, found), strict=True)
        if not all(map(lt, steps, steps[1:])):
            rising = list(_rising(found))
            _, _, steps, *columns, probes = zip(*map(msgspec.structs.astuple, rising), strict=True)
        told = [pair for pair in zip(steps, probes, strict=True) if pair[1]] if any(probes) else ()
        yield _rows(key, steps, columns, tuple(told))


def _rising(found: Iterable[Measured]) -> Iterator[Measured]:
    last = -1
    for event in found:
        if event.step > last:
            last = event.step
            yield event


def _rows(
    key: tuple[str, int],
    steps: tuple[int, ...],
    columns: Sequence[tuple[float, ...]],
    probes: tuple[Found, ...],
) -> Rows:
    count = len(steps)
    return Rows(
        arm=key[0],
        seed=key[1],
        first=steps[0],
        last=steps[-1],
        steps=struct.pack(f"{count}q", *steps),
        columns=tuple([struct.pack(f"{count}d", *column) for column in columns]),
        probes=probes,
    )
