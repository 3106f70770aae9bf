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
        spans = [found for index in range(len(self._envelopes)) if (found := self._spans(index))]
        live = [
            found[-1][0]
            for index, done in enumerate(self._done)
            if not done and (found := self._spans(index))
        ]
        last = min(live) if live else max((found[-1][0] for found in spans), default=-1)
        courses = [_stepped(found, start, last) for found in spans]
        for column in range(start, last + 1):
            here = [one[column] for one in courses if column in one]
            if here:
                yield _Row(column, here)


class _Row:
    """What several members come to in one column; each as low, high and last."""

    __slots__ = ("column", "mean", "usual", "whole")

    def __init__(self, column: int, here: Sequence[tuple[float, float, float]]) -> None:
        count = len(here)
        values = [last for _, _, last in here]
        self.column = column
        self.mean = sum(value / count for value in values)
        deviation = math.sqrt(
            sum((value - self.mean) * (value - self.mean) / count for value in values)
        )
        below = max(min(values), self.mean - deviation)
        above = min(max(values), self.mean + deviation)
        self.whole: Swath = (column, min(map(_LOW, here)), max(map(_HIGH, here)))
        self.usual: Swath = (column, below, above)


def _stepped(
    spans: Sequence[tuple[int, Span]], start: int, last: int
) -> dict[int, tuple[float, float, float]]:
    """Low, high and last value in each column from `start` to `last`, and in some before.

    Between two that were measured on the line that connects them, after the end what was there,
    nothing where it was no number.
    """
    found: dict[int, tuple[float, float, float]] = {}
    before: tuple[int, Span] | None = None
    first = max(0, bisect_left(spans, start, key=_LOW) - 1)
    for column, span in spans[first:]:
        if before is not None and not before[1].cut:
            _connect(found, before, (column, span))
        if span.low <= span.high:
            found[column] = (span.low, span.high, span.last)
            before = column, span
        else:
            before = None
    if before is not None and not before[1].cut:
        ended = before[1].last
        for column in range(before[0] + 1, last + 1):
            found[column] = ended, ended, ended
    return found


def _connect(
    found: dict[int, tuple[float, float, float]], left: tuple[int, Span], right: tuple[int, Span]
) -> None:
    (start, before), (end, after) = left, right
    if not after.low <= after.high:
        return
    for column in range(start + 1, end):
        share = (column - start) / (end - start)
        value = before.last * (1 - share) + after.last * share
        found[column] = value, value, value


def limits(courses: Iterable[Course], positive: bool) -> tuple[float, float]:
    """Lowest and highest y of all of them; NaN if they show nothing."""
    found = [course.limits(positive) for course in courses]
    lows, highs = ([pair[end] for pair in found if pair[0] <= pair[1]] for end in (0, 1))
    return (min(lows), max(highs)) if lows else (math.nan, math.nan)
