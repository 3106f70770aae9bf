"""What is to be done with a lane after which step; pure functions of how far it has come.

Nothing here depends on time, nor on other lanes but for the points that they need: a lane's
measured values are therefore a prefix of those it would have in a larger experiment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.engine.grid import Grid

if TYPE_CHECKING:
    from grok_tui.engine.lanes import Lane
    from grok_tui.engine.plan import Plan, Point
    from grok_tui.protocol.config import Config


class Schedule:
    """The steps of a lane that matter: measurements, points that others need, and its end."""

    def __init__(self, config: Config, plan: Plan) -> None:
        self._train = config.train
        self._points = plan.points
        self.grid = Grid(config.train.steps, config.train.log)

    def is_measured(self, lane: Lane) -> bool:
        """Whether the lane is measured where it stands."""
        return lane.step in self.grid or lane.step == self._last(lane)

    def end(self, lane: Lane) -> int:
        """The last step of the lane, as far as is known now."""
        needed = [
            self._last(lane) + point.plus if point.at == "final" else self.point(point, lane)
            for point in self._points[lane.arm]
        ]
        known = [step for step in needed if step is not None]
        return min(self._train.steps, max([self._last(lane), *known]))

    def due(self, point: Point, lane: Lane) -> int | None:
        """The step that a point of this lane falls on, or None while its moment has not come."""
        moment = self._moment(point, lane)
        return None if moment is None else moment + point.plus

    def point(self, point: Point, lane: Lane) -> int | None:
        """The same, but no later than the last step: the nearest that there will be."""
        due = self.due(point, lane)
        return None if due is None else min(self._train.steps, due)

    def next_stop(self, lane: Lane) -> int:
        """The next step, after the one where it stands, at which something is to be done."""
        known: list[int | None] = [self._last(lane), self.end(lane)]
        known += [self.point(point, lane) for point in self._points[lane.arm]]
        later = [step for step in known if step is not None and step > lane.step]
        return min([self.grid.after(lane.step), *later])

    def _last(self, lane: Lane) -> int:
        """The step at which the lane would end if nobody needed it any longer.

        This is what `final` means: it must not depend on which other arms there are.
        """
        after, steps = self._train.stop_after_generalised, self._train.steps
        return steps if not after or lane.t_gen is None else min(steps, lane.t_gen + after)

    def _moment(self, point: Point, lane: Lane) -> int | None:
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
