"""What is to be done with a lane after which step; pure functions of how far it has come.

Nothing here depends on time, nor on other lanes but for the points that they need: a lane's
measured values are therefore a prefix of those it would have in a larger experiment.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol

from grok_tui.engine.grid import Grid

if TYPE_CHECKING:
    from grok_tui.engine.lanes import Lane
    from grok_tui.engine.plan import Plan, Point
    from grok_tui.protocol.config import Config, Train
    from grok_tui.protocol.probing import Probe


class Course(Protocol):
    """How far a lane has come, or came before it ended."""

    @property
    def train(self) -> Train:
        """How it trains."""

    @property
    def step(self) -> int:
        """Updates that it has done."""

    @property
    def t_mem(self) -> int | None:
        """When it memorised; None: not so far."""

    @property
    def t_gen(self) -> int | None:
        """When it generalised; None: not so far."""


class Schedule:
    """The steps of a lane that matter: measurements, points that others need, and its end."""

    def __init__(self, config: Config, plan: Plan) -> None:
        self._log = config.train.log
        self._points = plan.points
        self._probes = {
            arm.name: [probe for probe in config.probes if not probe.arms or arm.name in probe.arms]
            for arm in config.arms
        }
        self._grid = cache(Grid)

    def points(self, lane: Lane, upto: int) -> list[int]:
        """The steps up to `upto` at which the lane is measured and has not been yet."""
        first = max(lane.step, lane.measured + 1)
        last = self._last(lane)
        own = {last} if first <= last <= upto else set()
        probed: set[int] = set()
        for probe in self._probes[lane.arm]:
            if probe.every:
                multiple = -(-first // probe.every) * probe.every
                probed.update(range(multiple, min(upto, last) + 1, probe.every))
        return sorted({*self.grid(lane).between(first, upto), *own, *probed})

    def grid(self, lane: Lane) -> Grid:
        """The steps at which the lane is measured, whatever comes of it."""
        return self._grid(lane.train.steps, self._log)

    def probes(self, lane: Lane, step: int) -> list[Probe]:
        """The probes that look at the lane at a step at which it is measured."""
        last = self._last(lane)
        if step > last:
            return []
        due = self._probes[lane.arm]
        return [probe for probe in due if not probe.every or not step % probe.every or step == last]

    def end(self, lane: Lane) -> int:
        """The last step of the lane, as far as is known now."""
        needed = [
            self._last(lane) + point.plus if point.at == "final" else self.point(point, lane)
            for point in self._points[lane.arm]
        ]
        known = [step for step in needed if step is not None]
        return min(lane.train.steps, max([self._last(lane), *known]))

    def due(self, point: Point, lane: Course) -> int | None:
        """The step that a point of this lane falls on, or None while its moment has not come."""
        moment = self._moment(point, lane)
        return None if moment is None else moment + point.plus

    def point(self, point: Point, lane: Course) -> int | None:
        """The same, but no later than the last step: the nearest that there will be."""
        due = self.due(point, lane)
        return None if due is None else min(lane.train.steps, due)

    def until_stop(self, lane: Lane) -> int:
        """Updates until something is to be done with the lane itself, or is to be read first; 0
        while it only waits to be measured where it stands."""
        if self.points(lane, lane.step) and self.probes(lane, lane.step):
            return 0
        end = self.end(lane)
        known = [self._last(lane), *(self.point(point, lane) for point in self._points[lane.arm])]
        known += [self._next(probe, lane) for probe in self._probes[lane.arm]]
        later = [step for step in known if step is not None and lane.step < step < end]
        return max(0, min([end, self._horizon(lane), *later]) - lane.step)

    def _next(self, probe: Probe, lane: Lane) -> int | None:
        """The next step at which a probe looks at the lane."""
        if not probe.every:
            return self.grid(lane).after(lane.step)
        return (lane.step // probe.every + 1) * probe.every

    def _horizon(self, lane: Lane) -> int:
        """The last step that the lane may train to before more of its measurements are read.

        A milestone may turn out to have been reached at the first that is not read. What is to be
        done so many steps later must not be missed, and its last step is known before it is there,
        so that it is measured there in its turn.
        """
        unread = self.grid(lane).after(lane.read)
        after = lane.train.stop_after_generalised
        waits = [after - 1] if after and lane.t_gen is None else []
        pending = [("memorised", lane.t_mem), ("generalised", lane.t_gen)]
        open_moments = [moment for moment, reached in pending if reached is None]
        waits += [point.plus for point in self._points[lane.arm] if point.at in open_moments]
        return lane.train.steps if unread is None or not waits else unread + min(waits)

    def _last(self, lane: Course) -> int:
        """The step at which the lane would end if nobody needed it any longer.

        This is what `final` means: it must not depend on which other arms there are.
        """
        after, steps = lane.train.stop_after_generalised, lane.train.steps
        return steps if not after or lane.t_gen is None else min(steps, lane.t_gen + after)

    def _moment(self, point: Point, lane: Course) -> int | None:
        if isinstance(point.at, int):
            return point.at
        last = self._last(lane)
        moments = {
            "init": 0,
            "memorised": lane.t_mem,
            "generalised": lane.t_gen,
            "final": last if lane.step >= last else None,
        }
        return moments[point.at]
