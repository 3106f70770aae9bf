"""From arms to lanes: when which may start, what is done with each at which step, when it ends.

Everything happens at step boundaries that depend on steps alone, never on time, so that the
events of a run are the same each time it is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine import models, reading, splits, tasks
from grok_tui.engine.inspection import Inspector
from grok_tui.engine.lanes import Lane, Layout
from grok_tui.engine.making import Maker
from grok_tui.engine.plan import Plan
from grok_tui.engine.schedule import Schedule
from grok_tui.engine.stack import Flight, Stack
from grok_tui.engine.starting import Starter
from grok_tui.engine.store import LaneKey, Snapshot, Store
from grok_tui.protocol.events import (
    AnyEvent,
    LaneFinished,
    LaneResult,
    Reason,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grok_tui.engine.tasks.data import Data, Placement
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.saved import Left
    from grok_tui.protocol.tasks import Task


class Experiment:
    """All lanes of a run: waiting, running, ended."""

    def __init__(
        self, config: Config, placement: Placement, seconds: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.placement = placement
        self.model = models.build(config)
        self.layout = Layout(self.model.shapes)
        self.store = Store()
        self.waiting: list[LaneKey] = []
        self.running: dict[LaneKey, Lane] = {}
        self.results: dict[LaneKey, LaneResult] = {}
        self.finished: list[Lane] = []
        """Lanes that ended and whose artifacts nobody has fetched yet."""
        self.left: dict[LaneKey, Left] = {}
        """The artifacts that were."""
        self._data: dict[tuple[Task, int], Data] = {}
        self.stack = Stack(self.layout, self.model)
        self._flights: list[Flight] = []
        """Measurements that nobody has read yet, the oldest first."""
        self._seconds = seconds
        self._told = seconds()
        self.extend(config)

    def extend(self, config: Config) -> None:
        """Let the lanes wait that the configuration has and the experiment has not yet.

        Its arms and seeds may only grow in number. `begin` starts what can start, once all that
        was measured is read.
        """
        self.config = config
        self.plan = Plan(config)
        self.schedule = Schedule(config, self.plan)
        self.maker = Maker(config, self.layout, self.model, self.placement)
        self.starter = Starter(self.maker, self.plan)
        self.inspector = Inspector(config, self.layout, self.model)
        self.order: list[LaneKey] = [(a.name, s) for a in config.arms for s in config.seeds]
        self._place = {key: place for place, key in enumerate(self.order)}
        known = {*self.waiting, *self.running, *self.results}
        self.waiting += [key for key in self.order if key not in known]

    def begin(self) -> list[AnyEvent]:
        """Start every lane that waits for none, or only for what others are at this step."""
        events = [event for lane in self._in_order() for event in self._take_snapshots(lane)]
        for key, lane in self.running.items():
            self.store.masks.setdefault(key, lane.rows.mask.to("cpu", torch.uint8))
        events += self._start_lanes()
        self._settle()
        return events

    def halt(self, key: LaneKey) -> list[AnyEvent]:
        """End a lane where it stands, or before it began; what came of it, all being read."""
        events: list[AnyEvent] = []
        if key in self.running:
            events += self.inspector.series(self.running[key])
            events.append(self._end(self.running[key], "halted"))
        else:
            events.append(self._give_up(key, "it was halted before it began"))
        events += self._start_lanes()
        self._settle()
        return events

    def until_stop(self) -> int:
        """Updates of every lane until something is to be done with one; 0: it is to be measured."""
        return min(self.schedule.until_stop(lane) for lane in self.running.values())

    def advance(self, limit: int) -> list[AnyEvent]:
        """Train every lane by up to so many updates, no further than a stop; what came of it."""
        steps = self.until_stop()
        stops = steps <= limit
        self._launch(min(steps, limit))
        running = set(self.running)
        events = self._read(0 if stops else self.stack.ahead)
        if stops:
            events += [event for lane in self._in_order() for event in self._visit(lane)]
            events += self._start_lanes()
        if running != set(self.running):
            self._settle()
        return events

    def read(self) -> list[AnyEvent]:
        """Whatever has been measured and was not told yet."""
        running = set(self.running)
        events = self._read(0)
        if running != set(self.running):
            self._settle()
        return events

    def result(self, key: LaneKey) -> LaneResult:
        """What came of a lane; of one that has not ended: stopped where it stands."""
        if key in self.results:
            return self.results[key]
        return self._result(key, self.running.get(key), "stopped")

    def data(self, key: LaneKey) -> Data:
        """Inputs, labels and split that a lane's arm and seed have."""
        arm, seed = key
        return self.data_of(self.config.task_of(self.config.arm(arm)), seed)

    def data_of(self, task: Task, seed: int) -> Data:
        """Those of a task and a seed, built once for all arms alike. Raises PresetError."""
        if (task, seed) not in self._data:
            with_split = splits.taken_along(task, self.config.model)
            data = tasks.build(with_split, seed, self.placement)
            splits.check(data, with_split, self.config.model)
            self._data[task, seed] = data
        return self._data[task, seed]

    def take_on(self) -> None:
        """Go on with the lanes in `running`, after they were put there from a checkpoint."""
        self._settle()

    def _in_order(self) -> list[Lane]:
        return [self.running[key] for key in self.order if key in self.running]

    def _settle(self) -> None:
        """Train the lanes that run now, and drop what nobody needs any more."""
        self.stack.hold(self._in_order())
        self.store.forget(self.plan, self.waiting)
        seeds = {seed for _, seed in (*self.waiting, *self.running)}
        self._data = {key: data for key, data in self._data.items() if key[1] in seeds}

    def _launch(self, steps: int) -> None:
        """Let every lane do so many updates, and be measured where it is due on the way."""
        due = {}
        for lane in self._in_order():
            points = self.schedule.points(lane, lane.step + steps)
            if points:
                due[lane] = [step - lane.step for step in points]
                lane.measured = points[-1]
        self._flights.append(self.stack.launch(steps, due))
        for lane in self.running.values():
            lane.step += steps

    def _read(self, unread: int) -> list[AnyEvent]:
        """What was measured in all flights but the last `unread`, by step and then by lane."""
        events: list[AnyEvent] = []
        while len(self._flights) > unread:
            events += self._arrived(self._flights.pop(0))
        return events

    def _arrived(self, flight: Flight) -> Iterator[AnyEvent]:
        readings = flight.readings()
        began, self._told = self._told, self._seconds()
        took = self._told - began
        for one in sorted(readings, key=lambda one: (one.after, self._place[one.lane.key])):
            if one.lane.key not in self.running:
                continue  # it diverged before
            if not one.is_finite:
                one.lane.step = one.step
                yield self._end(one.lane, "diverged", f"the loss at step {one.step} is not finite")
                yield from self._start_lanes()  # gives up those that wait for it
                continue
            share = one.after / flight.steps if flight.steps else 1.0
            seconds = round(began + took * share, 6)
            yield from reading.events(one, seconds, self._thresholds(one.lane), self._probed(one))

    def _thresholds(self, lane: Lane) -> tuple[float, float]:
        """What train and test accuracy must exceed."""
        train = self.config.train.threshold
        test = self.config.task_of(self.config.arm(lane.arm)).test_threshold
        return train, train if test is None else test

    def _probed(self, one: reading.Reading) -> dict[str, float | tuple[float, ...]]:
        """What probes say of a lane that stands where it was measured; each is looked at once."""
        due = self.schedule.probes(one.lane, one.step) if one.step == one.lane.step else []
        return self.inspector.measure(one.lane, due) if due else {}

    def _visit(self, lane: Lane) -> Iterator[AnyEvent]:
        """Whatever is to be done with a lane where it stands, in the order of the log."""
        yield from self._take_snapshots(lane)
        if lane.key not in self.running:
            return
        yield from self._too_early(lane)
        if lane.step >= self.schedule.end(lane):
            steps = lane.step == lane.train.steps
            yield from self.inspector.series(lane)
            yield self._end(lane, "steps" if steps else "generalised")

    def _take_snapshots(self, lane: Lane) -> Iterator[AnyEvent]:
        """Keep the weights where others need them; a lane whose weights are not finite ends."""
        for point in self.plan.points[lane.arm]:
            if self.schedule.point(point, lane) != lane.step:
                continue
            weights = lane.network().to("cpu", copy=True)
            if not torch.isfinite(weights).all():
                yield self._end(lane, "diverged", f"a weight at step {lane.step} is not finite")
                return
            mask = lane.rows.mask.to("cpu", torch.uint8)
            self.store.snapshots.setdefault((point, lane.seed), Snapshot(lane.step, weights, mask))

    def _too_early(self, lane: Lane) -> Iterator[AnyEvent]:
        """A warning for each point that the last step came before."""
        if lane.step < lane.train.steps:
            return
        for point in self.plan.points[lane.arm]:
            due = self.schedule.due(point, lane)
            if due is not None and due > lane.step:
                yield Warned(
                    sentence=f"the weights of {lane.arm} that were due at step {due} are those of "
                    f"its last step, {lane.step}: more train.steps would reach it",
                    arm=lane.arm,
                    seed=lane.seed,
                )

    def _end(self, lane: Lane, reason: Reason, detail: str = "") -> AnyEvent:
        del self.running[lane.key]
        self.results[lane.key] = self._result(lane.key, lane, reason)
        self.finished.append(lane)
        return LaneFinished(
            arm=lane.arm, seed=lane.seed, step=lane.step, reason=reason, detail=detail
        )

    def _give_up(self, key: LaneKey, detail: str) -> AnyEvent:
        """End a lane that has not begun."""
        self.waiting.remove(key)
        self.results[key] = self._result(key, None, "unavailable")
        arm, seed = key
        return LaneFinished(arm=arm, seed=seed, step=0, reason="unavailable", detail=detail)

    def _result(self, key: LaneKey, lane: Lane | None, reason: Reason) -> LaneResult:
        arm, seed = key
        t_mem, t_gen = (lane.t_mem, lane.t_gen) if lane else (None, None)
        tau_grok = None if t_mem is None or t_gen is None else t_gen / max(1, t_mem)
        return LaneResult(
            arm=arm,
            seed=seed,
            step=lane.step if lane else 0,
            reason=reason,
            t_mem=t_mem,
            t_gen=t_gen,
            tau_grok=tau_grok,
        )

    def _start_lanes(self) -> Iterator[AnyEvent]:
        """Start what can start, give up what never will, until nothing changes any more."""
        changed = True
        while changed:
            changed = False
            for key in tuple(self.waiting):
                sentence = self.store.never(self.plan, key, self.results)
                if sentence:
                    yield self._give_up(key, sentence)
                    changed = True
                elif self.store.has(self.plan, *key):
                    self.waiting.remove(key)
                    changed = True
                    yield from self._start(key)

    def _start(self, key: LaneKey) -> Iterator[AnyEvent]:
        arm, seed = key
        made = self.starter.start(self.config.arm(arm), seed, self.data(key), self.store)
        lane, started, warned = made
        self.running[key] = lane
        self.store.masks[key] = lane.rows.mask.to("cpu", torch.uint8)
        yield started
        if warned:
            yield warned
        yield from self._take_snapshots(lane)
