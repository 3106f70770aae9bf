"""Which steps of a lane matter, as a pure function of how far it has come."""

from __future__ import annotations

import pytest
import torch

from grok_tui.engine import tasks
from grok_tui.engine.lanes import Lane, Rows
from grok_tui.engine.plan import Plan, Point
from grok_tui.engine.schedule import Schedule
from grok_tui.engine.tasks.data import Placement
from grok_tui.protocol.arms import Arm, MaskFrom
from tests.engine import tiny


def reader(name: str, **source: object) -> Arm:
    return Arm(
        name=name,
        method="magnitude",
        pruning_rate=0.5,
        mask_from=MaskFrom(arm="dense", **source),  # type: ignore[arg-type]
    )


def dense(*readers: Arm, step: int = 0, t_gen: int | None = None) -> tuple[Schedule, Lane]:
    """The schedule of a dense lane that generalised at t_gen, in 10,000 steps, 300 after t_gen."""
    config = tiny.tiny((tiny.DENSE, *readers), steps=10_000, stop_after_generalised=300)
    data = tasks.build(config.task, 0, Placement(torch.device("cpu"), torch.float32))
    rows = Rows.start(torch.zeros(1), torch.ones(1))
    lane = Lane("dense", 0, config.train, data, rows)
    lane.step, lane.t_mem, lane.t_gen = step, t_gen and t_gen // 2, t_gen
    return Schedule(config, Plan(config)), lane


def test_until_it_generalises_a_lane_goes_on_to_the_last_step() -> None:
    schedule, lane = dense()
    assert schedule.end(lane) == 10_000


def test_a_lane_that_generalised_ends_some_steps_later() -> None:
    schedule, lane = dense(step=1000, t_gen=1000)
    assert schedule.end(lane) == 1300


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ({"at": "generalised", "plus": 100}, 1300),
        ({"at": "generalised", "plus": 333}, 1333),
        ({"at": "memorised", "plus": 1000}, 1500),
        ({"at": 4000}, 4000),
        ({"at": "init"}, 1300),
        ({"at": "final"}, 1300),
        ({"at": "final", "plus": 50}, 1350),
        ({"at": "generalised", "plus": 50_000}, 10_000),
    ],
)
def test_it_lives_on_for_those_who_need_it(source: dict[str, object], end: int) -> None:
    schedule, lane = dense(reader("ticket", **source), step=1000, t_gen=1000)
    assert schedule.end(lane) == end


def test_the_final_step_is_known_once_it_is_reached() -> None:
    final = Point("dense", "final", 0)
    schedule, lane = dense(reader("ticket", at="final"), step=1299, t_gen=1000)
    assert schedule.point(final, lane) is None
    lane.step = 1300
    assert schedule.point(final, lane) == 1300


def test_the_final_step_is_its_own_whoever_else_needs_the_lane() -> None:
    final = Point("dense", "final", 0)
    readers = reader("ticket", at="final"), reader("late", at="generalised", plus=1000)
    schedule, lane = dense(*readers, step=1300, t_gen=1000)
    assert schedule.end(lane) == 2000
    assert schedule.point(final, lane) == 1300


def test_the_step_where_it_would_have_ended_is_measured_off_the_grid_too() -> None:
    schedule, lane = dense(reader("ticket", at=4001), step=1100, t_gen=1001)
    stops = []
    while lane.step < schedule.end(lane):
        lane.step += schedule.until_stop(lane)
        stops.append(lane.step)
    assert {1301, 4001} <= set(stops)
    assert list(schedule.grid(lane).between(1301, 1301)) == []
    lane.step = 1300
    assert 1301 in schedule.points(lane, 1302)
    lane.step = 4000
    assert 4001 not in schedule.points(lane, 4002)
