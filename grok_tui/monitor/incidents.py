"""What happened to a run between two looks at it, and whether it has fallen silent.

What had happened before the first look is not news, however old or young the run is.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import ALIVE
from grok_tui.protocol.events import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grok_tui.monitor.history import LaneHistory
    from grok_tui.monitor.watch import State, View
    from grok_tui.protocol.events import Finished

Kind = Literal[
    "memorised", "generalised", "diverged", "arm-finished",
    "finished", "crashed", "interrupted", "stalled",
]  # fmt: skip
GRAVE: frozenset[Kind] = frozenset({"diverged", "crashed", "interrupted", "stalled"})
"""What somebody should look at."""
SILENCE = 30.0
"""Seconds without a measurement that are nothing yet, whatever the pace of a run was."""
PATIENCE = 5.0
"""Times the longest of the last gaps, seen or told by the log, that a new gap may be."""
GAPS = 20
"""Gaps between measurements that make the pace of a run."""
_LANE_WORDS: dict[Kind, str] = {
    "memorised": "memorised",
    "generalised": "generalised",
    "diverged": "diverged",
    "arm-finished": "finished",
}


@dataclass(frozen=True)
class Incident:
    """One thing that happened; arm, seed and step where it happened to a lane."""

    kind: Kind
    arm: str = ""
    seed: int | None = None
    step: int | None = None
    detail: str = ""
    """More of it, in words not ours."""


def between(before: View, after: View) -> list[Incident]:
    """What happened from one view of a run to a later one, lanes first, the run last."""
    found: list[Incident] = []
    old_lanes = before.history.lanes
    for key, lane in after.history.lanes.items():
        old = old_lanes.get(key)
        if lane is not old:
            found += _of_lane(old, lane)
    ended = _of_run(before.state, after)
    if ended and ended[0].kind == "finished":  # that says it of every arm
        found = [one for one in found if one.kind != "arm-finished"]
    return [*found, *ended]


def _of_lane(old: LaneHistory | None, lane: LaneHistory) -> Iterable[Incident]:
    if lane.memorised and not (old and old.memorised):
        yield Incident("memorised", lane.arm, lane.seed, lane.memorised.step)
    if lane.generalised and not (old and old.generalised):
        yield Incident("generalised", lane.arm, lane.seed, lane.generalised.step)
    if lane.end and not (old and old.end):
        if lane.end.reason == "diverged":
            yield Incident("diverged", lane.arm, lane.seed, lane.end.step, lane.end.detail)
        elif lane.end.reason in ("steps", "generalised"):
            yield Incident("arm-finished", lane.arm, lane.seed, lane.end.step)


def _of_run(before: State, after: View) -> list[Incident]:
    if before not in ALIVE or after.state in ALIVE:
        return []
    if after.state == "finished":
        return [Incident("finished")]
    if after.state == "failed":
        return [Incident("crashed", detail=_failure(after.history.ended))]
    return [Incident("interrupted")] if after.state == "interrupted" else []


def _failure(ended: Finished | Failed | None) -> str:
    """What a trainer said at its end, and the name of its crash report."""
    if not isinstance(ended, Failed):
        return ""
    return f"{safe(ended.sentence, 120)} ({ended.report})" if ended.report else ended.sentence


def sentences(incidents: Sequence[Incident], view: View) -> list[tuple[Incident, str]]:
    """One sentence for all that is of a kind, with the last incident of it, in order.

    Names of arms and titles are made safe; the seed is named where the run has several.
    """
    kinds = dict.fromkeys(one.kind for one in incidents)
    by_kind = {kind: [one for one in incidents if one.kind == kind] for kind in kinds}
    return [(alike[-1], _sentence(alike, view)) for alike in by_kind.values()]


def _sentence(alike: Sequence[Incident], view: View) -> str:
    one = alike[-1]
    title = safe(view.config.title if view.config else view.run.id, 60)
    detail = f": {safe(one.detail, 200)}" if one.detail else ""
    if one.kind in _LANE_WORDS:
        word = _LANE_WORDS[one.kind]
        if len(alike) > 1:
            arms = {each.arm for each in alike}
            if len(arms) == 1:
                return f"{len(alike)} seeds of {safe(one.arm, 40)} {word}"
            return f"{len(alike)} {'arms' if len(arms) == len(alike) else 'lanes'} {word}"
        several = view.config is not None and len(view.config.seeds) > 1
        seed = f" (seed {one.seed})" if several else ""
        return f"{safe(one.arm, 40)}{seed} {word} at step {one.step}{detail}"
    if one.kind == "stalled":
        return f"“{title}” has measured nothing {one.detail}"
    word = {"crashed": "failed", "interrupted": "was interrupted"}.get(one.kind, "has finished")
    return f"“{title}” {word}{detail}"


class Pace:
    """Tells when a run that trains measures nothing for far longer than it used to take."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._gaps: deque[float] = deque(maxlen=GAPS)
        self._measured = -1
        self._since = clock()
        self._told = False

    def look(self, view: View) -> Incident | None:
        """That it has stalled, said once; call it again and again, with the newest view."""
        now = self._clock()
        measured = sum(len(lane.steps) for lane in view.history.lanes.values())
        if view.state != "running" or measured != self._measured:
            if view.state == "running" and self._measured >= 0:
                self._gaps.append(now - self._since)
            self._measured, self._since, self._told = measured, now, False
            return None
        silence = now - self._since
        usual = max([_last_gap(view), *self._gaps])
        if self._told or silence < max(SILENCE, PATIENCE * usual):
            return None
        self._told = True
        return Incident("stalled", detail=f"for {silence:.0f} s")


def _last_gap(view: View) -> float:
    """Seconds of training between the last two measurements of a lane that trains, the longest."""
    lanes = [lane for lane in view.history.lanes.values() if lane.end is None]
    return max(
        (lane.seconds[-1] - lane.seconds[-2] for lane in lanes if len(lane.seconds) > 1),
        default=0.0,
    )
