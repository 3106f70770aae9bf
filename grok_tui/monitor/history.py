"""A run as its log tells it: events folded into one frozen History.

`fold` is pure: an older History stays what it was, and folding a log in one go or line by line
comes to the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from grok_tui.monitor.columns import NOTHING, Column, growing
from grok_tui.monitor.probed import NO_PROBES, Probed, Probes, ProbesDraft, Vectors
from grok_tui.monitor.rows import Piece, Rows, packed
from grok_tui.protocol.events import (
    Continued,
    Failed,
    Finished,
    Forked,
    LaneFinished,
    LaneStarted,
    Obeyed,
    Paused,
    Reached,
    Resumed,
    Series,
    Started,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Metric = Literal["train_loss", "test_loss", "train_accuracy", "test_accuracy", "l1_norm", "l2_norm"]
METRICS: tuple[Metric, ...] = get_args(Metric)
LaneKey = tuple[str, int]
"""(arm, seed)"""
ANSWERS = 32
"""Commands whose answers are remembered."""


_NO_METRICS: Mapping[Metric, Column] = MappingProxyType(dict.fromkeys(METRICS, NOTHING))


@dataclass(frozen=True, eq=False)
class LaneHistory:
    """One lane: what it started with, what was measured, what it reached, how it ended."""

    arm: str
    seed: int
    start: LaneStarted | None = None
    steps: Column = NOTHING
    """Measured steps, whole numbers, strictly rising."""
    seconds: Column = NOTHING
    """Training time of the run at each of them."""
    metrics: Mapping[Metric, Column] = field(default_factory=lambda: _NO_METRICS)
    found: Probes = NO_PROBES
    memorised: Reached | None = None
    generalised: Reached | None = None
    end: LaneFinished | None = None

    @property
    def probes(self) -> Mapping[str, Probed]:
        """The probes that are numbers, by name: "fourier-entropy/in"."""
        return self.found.numbers

    @property
    def vectors(self) -> Mapping[str, Vectors]:
        """The probes that are several numbers at once, by name: "spectrum/in"."""
        return self.found.vectors

    @property
    def t_mem(self) -> int | None:
        """Step of memorisation; None: not reached so far."""
        return self.memorised.step if self.memorised else None

    @property
    def t_gen(self) -> int | None:
        """Step of generalisation; None: not reached so far."""
        return self.generalised.step if self.generalised else None

    @property
    def tau_grok(self) -> float | None:
        """t_gen / t_mem; None unless both were reached."""
        if self.t_mem is None or self.t_gen is None:
            return None
        return self.t_gen / max(1, self.t_mem)

    @property
    def step(self) -> int:
        """The last measured step; 0 if there is none."""
        return int(self.steps[-1]) if self.steps else 0

    def last(self, metric: Metric) -> float | None:
        """The newest value of a metric; None before the first measurement."""
        values = self.metrics[metric]
        return values[-1] if values else None


@dataclass(frozen=True, eq=False)
class History:
    """A run so far. `lanes` is in the order in which the lanes first spoke."""

    started: Started | None = None
    lanes: Mapping[LaneKey, LaneHistory] = field(default_factory=lambda: MappingProxyType({}))
    paused: bool = False
    ended: Finished | Failed | None = None
    warnings: tuple[Warned, ...] = ()
    answers: tuple[Obeyed, ...] = ()
    """What became of the last commands, the newest last; no more than `ANSWERS`."""
    resumed: int = 0
    """How often a trainer took the run on."""
    forked: Forked | None = None
    """Which run it began as, if it is not its own from the first step."""
    damaged: int = 0
    """Lines that could not be read."""
    unknown: int = 0
    """Lines that a newer version wrote."""


EMPTY = History()


def fold(history: History, events: Iterable[Piece]) -> History:
    """The history after these further events; the one given stays as it was."""
    draft = _Draft(history)
    last: type[Piece] | None = None
    for piece in packed(events):
        last = type(piece)
        if act := _ACTS.get(last):
            act(draft, piece)
    return draft.done() if last else history


class _LaneDraft:
    """A lane that is being added to: its last frozen state and its columns' arrays."""

    __slots__ = ("changes", "lane", "last", "probes", "stores")

    def __init__(self, lane: LaneHistory) -> None:
        self.lane = lane
        self.changes: dict[str, object] = {}
        self.probes: ProbesDraft | None = None
        columns = (lane.steps, lane.seconds, *(lane.metrics[metric] for metric in METRICS))
        self.open(columns)

    def open(self, columns: tuple[Column, ...]) -> None:
        """Go on with these columns, or with copies of those that somebody else has added to."""
        self.last = columns[0][-1] if columns[0] else -1.0
        self.stores = [growing(kept, "d" if index else "q") for index, kept in enumerate(columns)]

    def measured(self, rows: Rows | None) -> None:
        """Add what was measured after the last step."""
        if rows is not None and rows.first <= self.last:
            rows = rows.after(int(self.last))
        if rows is None:
            return
        self.last = rows.last
        for store, values in zip(self.stores, (rows.steps, *rows.columns), strict=True):
            store.frombytes(values)
        if rows.probes:
            probing = self.probing()
            for step, found in rows.probes:
                probing.measured(step, found)

    def restart(self, start: LaneStarted) -> None:
        """The lane begins, possibly anew."""
        self.lane = LaneHistory(start.arm, start.seed, start)
        self.changes = {}
        self.probes = None
        self.open((NOTHING,) * (2 + len(METRICS)))

    def probing(self) -> ProbesDraft:
        """Where what its probes find is added."""
        if self.probes is None:
            self.probes = ProbesDraft(self.lane.found)
        return self.probes

    def done(self) -> LaneHistory:
        """The lane with everything that was added."""
        length = len(self.stores[0])
        if length != len(self.lane.steps):
            steps, seconds, *metrics = (Column(store, length) for store in self.stores)
            self.changes |= {
                "steps": steps,
                "seconds": seconds,
                "metrics": MappingProxyType(dict(zip(METRICS, metrics, strict=True))),
            }
        if self.probes is not None:
            self.changes["found"] = self.probes.done()
        return replace(self.lane, **self.changes) if self.changes else self.lane  # type: ignore[arg-type]


class _Draft:
    """A history that is being added to."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._lanes: dict[LaneKey, _LaneDraft] = {}
        self._changes: dict[str, object] = {}
        self._warnings: list[Warned] = []
        self._answers: list[Obeyed] = []
        self._resumed = 0

    def lane(self, arm: str, seed: int) -> _LaneDraft:
        key = (arm, seed)
        draft = self._lanes.get(key)
        if draft is None:
            lane = self._history.lanes.get(key) or LaneHistory(arm, seed)
            draft = self._lanes[key] = _LaneDraft(lane)
        return draft

    def measured(self, rows: Rows) -> None:
        self.lane(rows.arm, rows.seed).measured(rows)

    def series(self, event: Series) -> None:
        self.lane(event.arm, event.seed).probing().series(event)

    def started(self, event: Started) -> None:
        self._changes["started"] = event

    def lane_started(self, event: LaneStarted) -> None:
        self.lane(event.arm, event.seed).restart(event)

    def reached(self, event: Reached) -> None:
        lane = self.lane(event.arm, event.seed)
        if lane.changes.get(event.milestone, getattr(lane.lane, event.milestone)) is None:
            lane.changes[event.milestone] = event

    def lane_finished(self, event: LaneFinished) -> None:
        self.lane(event.arm, event.seed).changes["end"] = event

    def paused(self, _: Paused) -> None:
        self._changes["paused"] = True

    def continued(self, _: Continued) -> None:
        self._changes["paused"] = False

    def resumed(self, _: Resumed) -> None:
        self._resumed += 1
        self._changes |= {"paused": False, "ended": None}
        for key in {*self._history.lanes, *self._lanes}:
            lane = self.lane(*key)
            end = lane.changes.get("end", lane.lane.end)
            if isinstance(end, LaneFinished) and end.reason == "stopped":
                lane.changes["end"] = None

    def forked(self, event: Forked) -> None:
        self._changes["forked"] = event

    def obeyed(self, event: Obeyed) -> None:
        self._answers.append(event)

    def warned(self, event: Warned) -> None:
        self._warnings.append(event)

    def ended(self, event: Finished | Failed) -> None:
        self._changes |= {"ended": event, "paused": False}

    def done(self) -> History:
        lanes = dict(self._history.lanes)
        for key, draft in self._lanes.items():
            lanes[key] = draft.done()
        return replace(
            self._history,
            lanes=MappingProxyType(lanes) if self._lanes else self._history.lanes,
            warnings=(*self._history.warnings, *self._warnings),
            answers=(*self._history.answers, *self._answers)[-ANSWERS:],
            resumed=self._history.resumed + self._resumed,
            **self._changes,  # type: ignore[arg-type]
        )


_ACTS: dict[type, Callable[[_Draft, Any], None]] = {
    Rows: _Draft.measured,
    Started: _Draft.started,
    LaneStarted: _Draft.lane_started,
    Series: _Draft.series,
    Reached: _Draft.reached,
    LaneFinished: _Draft.lane_finished,
    Paused: _Draft.paused,
    Continued: _Draft.continued,
    Resumed: _Draft.resumed,
    Forked: _Draft.forked,
    Warned: _Draft.warned,
    Obeyed: _Draft.obeyed,
    Finished: _Draft.ended,
    Failed: _Draft.ended,
}
