"""A look at a log for a list of runs: what its lanes came to, and the curve of one of them.

Of a log that ended as it should the last line tells all lanes; one that did not is searched for
milestones. How much is read of either says `logparts.py`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.history import EMPTY, LaneKey, fold
from grok_tui.monitor.lines import decoded
from grok_tui.monitor.logparts import ROOM, TAIL, Log, Piece
from grok_tui.protocol.events import (
    Continued,
    Failed,
    Finished,
    LaneFinished,
    LaneStarted,
    Measured,
    Paused,
    Resumed,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grok_tui.monitor.history import History
    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.rundir import RunDir

LAST_LINES = 12
APART = 2560
"""Bytes between two measurements of a long log that are looked at: a dozen make a curve."""
_RARE = re.compile(rb'\{"event":"(?!measured"|series"|checkpointed")[^\n]*(?=\n)')
"""Every event but measurements, series and checkpoints."""
_STARTED = b'{"event":"lane_started",'
_NUMBER = rb"(-?[0-9][-+.0-9eE]*)"
_PACE = re.compile(
    rb'"measured","arm":"([^"\n]*)","seed":(\d+),"step":(\d{1,16}),"seconds":' + _NUMBER + rb","
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a lane: how far it came, why it ended, what it reached."""

    step: int = 0
    reason: str = ""
    """Empty: it has not ended."""
    t_mem: int | None = None
    t_gen: int | None = None

    @property
    def tau_grok(self) -> float | None:
        """t_gen / t_mem; None unless both were reached."""
        if self.t_mem is None or self.t_gen is None:
            return None
        return self.t_gen / max(1, self.t_mem)


@dataclass(frozen=True)
class Glance:
    """What a look at a log brought."""

    begun: bool = False
    """There is a line that can be read."""
    paused: bool = False
    ended: Finished | Failed | None = None
    step: int = 0
    """The furthest step that a lane has come to, as far as the end of the log tells."""
    lanes: Mapping[LaneKey, Outcome] = field(default_factory=dict)
    """Of lanes that said something rare: that they began, reached a milestone, or ended."""
    kept: Mapping[str, float] = field(default_factory=dict)
    """Share of the weights that an arm's mask keeps, of arms that were seen to begin."""
    curve: Sequence[tuple[int, float]] = ()
    """Step and test accuracy of one lane; of a long log that ended, some and the last."""
    speed: float | None = None
    """Lane steps a second: over the whole run once it has finished, else at the end of the log."""


def glance(run: RunDir, lane: LaneKey | None = None) -> Glance:
    """A look at the log of a run, and at the test accuracy of a lane; nothing if there is no log.

    Without a lane it is that of the first line that names one.
    """
    with Log(run) as log:
        if not log.size:
            return Glance()
        tail = log.end()
        ended = finished(tail.data)
        if ended is None:
            return _of_unfinished(log.searched(), lane)
        head, lanes = log.head(tail), results(ended)
        starts = _starts(_found(_lines(head.data, _STARTED)))
        lane = lane or _first(starts)
        if tail.start and lane is not None:
            parts = log.parts(head, tail, len(lanes))
            points = _followed(log, parts, lane, lanes.get(lane, Outcome()).step)
        else:
            points = _points(tail.data, lane)
    return Glance(
        begun=True,
        ended=ended,
        step=max((one.step for one in ended.lanes), default=0),
        lanes=lanes,
        kept=_kept(starts),
        curve=_rising(points),
        speed=_speed(tail.data, ended),
    )


def _of_unfinished(pieces: Sequence[Piece], lane: LaneKey | None) -> Glance:
    end = [event for line in _last(pieces[-1].data) if (event := decoded(line)) is not None]
    rare = [event for piece in pieces for event in _found(_RARE.findall(piece.data))]
    starts = _starts(rare)
    lane = lane or _first(starts)
    paused, ended = _standing(rare)
    steps = [one.step for one in end if isinstance(one, (Measured, LaneFinished))]
    if isinstance(ended, Finished):
        steps = [one.step for one in ended.lanes]
    return Glance(
        begun=bool(end or rare),
        paused=paused,
        ended=ended,
        step=max(steps, default=0),
        lanes=results(ended) if isinstance(ended, Finished) else told(fold(EMPTY, rare)),
        kept=_kept(starts),
        curve=_rising(point for each in pieces for point in _points(each.data, lane)),
        speed=_speed(pieces[-1].data, ended),
    )


def _last(piece: bytes) -> list[bytes]:
    """The last whole lines."""
    return piece[-TAIL:].rsplit(b"\n", LAST_LINES + 1)[-LAST_LINES - 1 : -1]


def finished(piece: bytes) -> Finished | None:
    """The last line, if it says that the run has finished."""
    return event if isinstance(event := last_event(piece), Finished) else None


def last_event(piece: bytes) -> AnyEvent | None:
    """What the last whole line says."""
    end = max(0, len(piece) - 1 if piece.endswith(b"\n") else piece.rfind(b"\n"))
    return decoded(piece[piece.rfind(b"\n", 0, end) + 1 : end])


def _lines(piece: bytes, mark: bytes, apart: int = 1) -> Iterator[bytes]:
    """Whole lines that begin with a mark: one in so many bytes, and the last."""
    end = piece.rfind(b"\n") + 1
    last = piece.rfind(mark, 0, end)
    if last < 0:
        return
    at = piece.find(mark, 0, last)
    while at >= 0:
        yield piece[at : piece.index(b"\n", at)]
        at = piece.find(mark, at + apart, last)
    yield piece[last : piece.index(b"\n", last)]


def _found(lines: Iterable[bytes]) -> Iterator[AnyEvent]:
    """The events that stand in these lines."""
    for line in lines:
        event = decoded(line)
        if event is not None:
            yield event


def _standing(rare: Iterable[AnyEvent]) -> tuple[bool, Finished | Failed | None]:
    """Whether the run is paused, and its last word."""
    paused, ended = False, None
    for event in rare:
        if isinstance(event, (Finished, Failed)):
            paused, ended = False, event
        elif isinstance(event, Paused):
            paused = True
        elif isinstance(event, Continued):
            paused = False
        elif isinstance(event, Resumed):
            paused, ended = False, None
    return paused, ended


def _starts(rare: Iterable[AnyEvent]) -> list[LaneStarted]:
    return [event for event in rare if isinstance(event, LaneStarted)]


def _kept(starts: Iterable[LaneStarted]) -> dict[str, float]:
    """Share of the weights by arm; that of the last seed that was seen."""
    return {one.arm: one.kept_share for one in starts}


def _first(starts: Sequence[LaneStarted]) -> LaneKey | None:
    return (starts[0].arm, starts[0].seed) if starts else None


def results(ended: Finished) -> dict[LaneKey, Outcome]:
    """The lanes as the last line tells them."""
    return {
        (one.arm, one.seed): Outcome(one.step, one.reason, one.t_mem, one.t_gen)
        for one in ended.lanes
    }


def told(history: History) -> dict[LaneKey, Outcome]:
    """The lanes as they told themselves."""
    return {
        key: Outcome(
            lane.end.step if lane.end else 0,
            lane.end.reason if lane.end else "",
            lane.t_mem,
            lane.t_gen,
        )
        for key, lane in history.lanes.items()
    }


class _Point(msgspec.Struct, gc=False):
    """What the curve needs of a measurement."""

    step: Step
    test_accuracy: float


_point = msgspec.json.Decoder(_Point)


def _followed(log: Log, parts: Iterable[Piece], lane: LaneKey, end: int) -> list[_Point]:
    """Measurements of a lane that came to a step; after a part without any, from the gaps too."""
    over = f'"lane_finished","arm":"{lane[0]}","seed":{lane[1]},"step":{end},'.encode()
    told: list[_Point] = []
    before, room = Piece(0, b""), ROOM
    for piece in parts:
        found, seen = _points(piece.data, lane, APART), piece
        if told and not found:
            seen = log.between(before, piece, room)
            room -= len(seen.data)
            found = _points(seen.data, lane, APART)
        told += found
        if seen.data.rfind(over) >= 0:  # twice as quick as `in`
            break
        before = piece
    return told


def _points(piece: bytes, lane: LaneKey | None, apart: int = 1) -> list[_Point]:
    """Measurements of a lane: one in so many bytes, and the last. Checksums are not looked at."""
    if lane is None:
        return []
    mark = f'{{"event":"measured","arm":"{lane[0]}","seed":{lane[1]},"step":'.encode()
    lines = _lines(piece, mark, apart)
    return [point for line in lines if (point := _told_point(line)) is not None]


def _rising(told: Iterable[_Point]) -> list[tuple[int, float]]:
    """Step and test accuracy, steps rising; of a step what was told last."""
    return sorted({point.step: point.test_accuracy for point in told}.items())


def _told_point(line: bytes) -> _Point | None:
    try:
        return _point.decode(line)
    except (ValueError, RecursionError):
        return None


def _value(number: bytes) -> float:
    try:
        return float(number)
    except ValueError:
        return math.nan


def _speed(tail: bytes, ended: Finished | Failed | None) -> float | None:
    """Lane steps a second; None where that cannot be told."""
    if isinstance(ended, Finished):
        found = _PACE.findall(tail[max(0, tail.rfind(b'"measured"')) :])
        return _rate(sum(lane.step for lane in ended.lanes), found, 0.0)
    found = _PACE.findall(tail[-TAIL:])
    first: dict[tuple[bytes, bytes], int] = {}
    last: dict[tuple[bytes, bytes], int] = {}
    for arm, seed, step, _ in found:
        first.setdefault((arm, seed), int(step))
        last[arm, seed] = int(step)
    steps = sum(last[lane] - first[lane] for lane in last)
    return _rate(steps, found, _value(found[0][-1]) if found else 0.0)


def _rate(steps: int, found: Sequence[tuple[bytes, ...]], since: float) -> float | None:
    """Steps over the seconds from then to the last of these measurements."""
    took = _value(found[-1][-1]) - since if found else 0.0
    return steps / took if steps > 0 and 0 < took < math.inf else None
