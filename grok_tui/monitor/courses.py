"""A trace over the columns of a canvas: the line that is drawn, and the band of several members.

Folding costs what is new; mean and band cost a few numbers a column, however long the members are.
A member that has ended counts with its last value from then on, so that a mean does not jump when
a seed stops; the mean of members that still train goes as far as the slowest of them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from operator import itemgetter
from typing import TYPE_CHECKING

from grok_tui.monitor.reduce import SEEN, Envelope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.reduce import Point, Span
    from grok_tui.monitor.traces import Band, Member

Swath = tuple[int, float, float]
"""Column, lower and upper end of a band."""
Reach = tuple[float, float, float]
"""Low, high and last value of a member in one column."""
_LOW, _HIGH = itemgetter(0), itemgetter(1)


class Course:
    """One growing trace over `columns` of an x axis."""

    def __init__(self, axis: Axis, columns: int) -> None:
        self._axis, self._columns = axis, columns
        self._envelopes: list[Envelope] = []
        self._done: list[bool] = []
        self._rows: list[_Row] = []
        self._seen: object = None

    @property
    def version(self) -> tuple[object, ...]:
        """Another one whenever line or band may look different."""
        return (*(envelope.version for envelope in self._envelopes), *self._done)

    def fold(self, members: Sequence[Member]) -> None:
        """Take in what is new of these members."""
        if len(members) != len(self._envelopes):
            self._envelopes = [Envelope(self._axis, self._columns) for _ in members]
        done = [member.done for member in members]
        if done != self._done:
            self._done, self._rows = done, []
        for envelope, member in zip(self._envelopes, members, strict=True):
            envelope.fold(member.xs, member.ys)

    def runs(self) -> list[list[Point]]:
        """The line, (column, y), in pieces that are not connected to each other."""
        if len(self._envelopes) == 1:
            return self._envelopes[0].runs()
        runs: list[list[Point]] = [[]]
        before = -1
        for row in self._table():
            if row.column != before + 1:
                runs.append([])
            before = row.column
            runs[-1].append((row.column, row.mean))
        return [run for run in runs if run]

    def band(self, kind: Band) -> list[Swath]:
        """What the members span; nothing of a single one.

        "min-max" has every value of every member; "sd" never leaves their values, so that an
        accuracy does not exceed 1.
        """
        if len(self._envelopes) == 1 or kind not in ("min-max", "sd"):
            return []
        return [row.whole if kind == "min-max" else row.usual for row in self._table()]

    def end(self) -> Point | None:
        """Column and value of its last number."""
        if len(self._envelopes) != 1:
            rows = self._table()
            return (rows[-1].column, rows[-1].mean) if rows else None
        spans = [(column, span) for column, span in self._spans(0) if span.low <= span.high]
        return (spans[-1][0], spans[-1][1].last) if spans else None

    def limits(self, positive: bool) -> tuple[float, float]:
        """Lowest and highest y of all members, see `Envelope.limits`."""
        found = [envelope.limits(positive) for envelope in self._envelopes]
        lows, highs = [low for low, _ in found], [high for _, high in found]
        return min(lows, default=math.inf), max(highs, default=-math.inf)

    def _spans(self, index: int) -> list[tuple[int, Span]]:
        return self._envelopes[index].spans()

    def _table(self) -> list[_Row]:
        """Every column; those before what is new stay as they were."""
        if self._seen != self.version:
            self._seen = self.version
            fresh = min((envelope.fresh for envelope in self._envelopes), default=0)
            for envelope in self._envelopes:
                envelope.fresh = SEEN
            while self._rows and self._rows[-1].column >= fresh:
                self._rows.pop()
            self._rows += self._later(self._rows[-1].column + 1 if self._rows else 0)
        return self._rows

    def _later(self, start: int) -> Iterable[_Row]:
        """The columns from `start` on."""
        spans = [self._spans(index) for index in range(len(self._envelopes))]
        ends = [found[-1][0] if found else -1 for found in spans]
        live = [end for end, done in zip(ends, self._done, strict=True) if end >= 0 and not done]
        last = min(live) if live else max(ends, default=-1)
        reaches = [_stepped(found, start, last) for found in spans if found]
        for column, all_of_it in enumerate(zip(*reaches, strict=True), start):
            here = [reach for reach in all_of_it if reach is not None]
            if here:
                yield _Row(column, here)


class _Row:
    """What several members come to in one column."""

    __slots__ = ("_usual", "_values", "column", "mean", "whole")

    def __init__(self, column: int, here: Sequence[Reach]) -> None:
        count = len(here)
        self.column = column
        self._values = [last for _, _, last in here]
        self._usual: Swath | None = None
        self.mean = sum([value / count for value in self._values])
        self.whole: Swath = (column, min(map(_LOW, here)), max(map(_HIGH, here)))

    @property
    def usual(self) -> Swath:
        """A deviation to each side, but no further than the values; worked out once."""
        if self._usual is None:
            values, mean = self._values, self.mean
            squares = [(value - mean) * (value - mean) / len(values) for value in values]
            deviation = math.sqrt(sum(squares))
            below, above = max(min(values), mean - deviation), min(max(values), mean + deviation)
            self._usual = (self.column, below, above)
        return self._usual


def _stepped(spans: Sequence[tuple[int, Span]], start: int, last: int) -> list[Reach | None]:
    """What a member is in each column from `start` to `last`.

    Between two that were measured on the line that connects them, after the end what was there,
    nothing where it was no number.
    """
    found: list[Reach | None] = [None] * max(0, last + 1 - start)
    before: tuple[int, Span] | None = None
    first = max(0, bisect_left(spans, start, key=_LOW) - 1)
    for column, span in spans[first:]:
        number = span.low <= span.high
        if number and before is not None and not before[1].cut:
            for between in range(max(start, before[0] + 1), min(column, last + 1)):
                share = (between - before[0]) / (column - before[0])
                value = before[1].last * (1 - share) + span.last * share
                found[between - start] = value, value, value
        if column > last:
            return found
        if number and column >= start:
            found[column - start] = span.low, span.high, span.last
        before = (column, span) if number else None
    if before is not None and not before[1].cut:
        ended = before[1].last
        after = max(0, before[0] + 1 - start)
        found[after:] = [(ended, ended, ended)] * (len(found) - after)
    return found


def limits(courses: Iterable[Course], positive: bool) -> tuple[float, float]:
    """Lowest and highest y of all of them; NaN if they show nothing."""
    found = [course.limits(positive) for course in courses]
    lows, highs = ([pair[end] for pair in found if pair[0] <= pair[1]] for end in (0, 1))
    return (min(lows), max(highs)) if lows else (math.nan, math.nan)
