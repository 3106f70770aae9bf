"""A look at a log for a list of runs: what its lanes came to, and the curve of one of them.

Of a log that ended as it should the last line tells all lanes; one that did not is searched for
milestones. How much is read of either says `logparts.py`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.history import EMPTY, LaneKey, fold
from grok_tui.monitor.lines import decoded
from grok_tui.monitor.logparts import TAIL, Log
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

    from grok_tui.monitor.logparts import Piece
    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.rundir import RunDir

LAST_LINES = 12
_RARE = re.compile(rb'\{"event":"(?!measured"|series"|checkpointed")[^\n]*(?=\n)')
"""Every event but measurements, series and checkpoints."""
_STARTED = re.compile(rb'\{"event":"lane_started"[^\n]*(?=\n)')
_NUMBER = rb"(-?[0-9][-+.0-9eE]*)"
_PACE = re.compile(
    rb'"measured","arm":"([^"\n]*)","seed":(\d+),"step":(\d{1,16}),"seconds":' + _NUMBER + rb","
)


@dataclass(frozen=True)
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
    """Step and test accuracy of one lane; all of its measurements if the log is short."""
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
        ended = _finished(tail.data)
        if ended is None:
            return _of_unfinished(log.searched(), lane)
        pieces = log.windows(tail)
        starts = _starts(_found(pieces[0].data, _STARTED))
        lane = lane or _first(starts)
        if lane is not None and len(pieces) > 1:
            pieces = log.filled(pieces, _mark(lane))
    return Glance(
        begun=True,
        ended=ended,
        step=max((one.step for one in ended.lanes), default=0),
        lanes=_results(ended),
        kept=_kept(starts),
        curve=_curve(pieces, lane),
        speed=_speed(tail.data, ended),
    )


def _of_unfinished(pieces: Sequence[Piece], lane: LaneKey | None) -> Glance:
    end = [event for line in _last(pieces[-1].data) if (event := decoded(line)) is not None]
    rare = [event for piece in pieces for event in _found(piece.data, _RARE)]
    starts = _starts(rare)
    paused, ended = _standing(rare)
    steps = [one.step for one in end if isinstance(one, (Measured, LaneFinished))]
    if isinstance(ended, Finished):
        steps = [one.step for one in ended.lanes]
    return Glance(
        begun=bool(end or rare),
        paused=paused,
        ended=ended,
        step=max(steps, default=0),
        lanes=_results(ended) if isinstance(ended, Finished) else _told(rare),
        kept=_kept(starts),
        curve=_curve(pieces, lane or _first(starts)),
        speed=_speed(pieces[-1].data, ended),
    )


def _last(piece: bytes) -> list[bytes]:
    """The last whole lines."""
    return piece[-TAIL:].rsplit(b"\n", LAST_LINES + 1)[-LAST_LINES - 1 : -1]


def _finished(piece: bytes) -> Finished | None:
    """The last line, if it says that the run has finished."""
    end = len(piece) - 1
    if not piece.endswith(b"\n"):
        end = piece.rfind(b"\n")
    event = decoded(piece[piece.rfind(b"\n", 0, max(0, end)) + 1 : max(0, end)])
    return event if isinstance(event, Finished) else None


def _found(piece: bytes, pattern: re.Pattern[bytes]) -> Iterator[AnyEvent]:
    """The events that stand in the lines of a pattern."""
    for line in pattern.findall(piece):
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


def _results(ended: Finished) -> dict[LaneKey, Outcome]:
    """The lanes as the last line tells them."""
    return {
        (one.arm, one.seed): Outcome(one.step, one.reason, one.t_mem, one.t_gen)
        for one in ended.lanes
    }


def _told(rare: Iterable[AnyEvent]) -> dict[LaneKey, Outcome]:
    """The lanes as they told themselves."""
    lanes = fold(EMPTY, rare).lanes
    return {
        key: Outcome(
            lane.end.step if lane.end else 0,
            lane.end.reason if lane.end else "",
            lane.t_mem,
            lane.t_gen,
        )
        for key, lane in lanes.items()
    }


def _mark(lane: LaneKey) -> bytes:
    """What a measurement of a lane has in front of its step."""
    return f'"measured","arm":"{lane[0]}","seed":{lane[1]},"step":'.encode()


class _Point(msgspec.Struct, gc=False):
    """What the curve needs of a measurement."""

    step: Step
    test_accuracy: float


_point = msgspec.json.Decoder(_Point)
_points = msgspec.json.Decoder(list[_Point])


def _curve(pieces: Iterable[Piece], lane: LaneKey | None) -> list[tuple[int, float]]:
    """Step and test accuracy where they were seen, steps rising. Checksums are not looked at."""
    if lane is None:
        return []
    pattern = _measurements(*lane)
    lines = [line for piece in pieces for line in pattern.findall(piece.data)]
    try:
        found = _points.decode(b"[" + b",".join(lines) + b"]")
    except (ValueError, RecursionError):
        found = [point for line in lines if (point := _told_point(line)) is not None]
    return sorted({point.step: point.test_accuracy for point in found}.items())


@lru_cache(maxsize=64)
def _measurements(arm: str, seed: int) -> re.Pattern[bytes]:
    """The whole lines of a lane's measurements."""
    start = re.escape(f'{{"event":"measured","arm":"{arm}","seed":{seed},'.encode())
    return re.compile(start + rb"[^\n]*\}(?=\n)")


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
