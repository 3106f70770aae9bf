"""What a driver does with the packs of a sweep, on a place that trains as the test says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.placing import __main__ as process
from grok_tui.placing import driver as module
from grok_tui.placing.place import Asked
from grok_tui.placing.restarts import MOST
from grok_tui.placing.signals import Signals
from grok_tui.protocol import control, owned
from grok_tui.protocol.rundir import RunDir, lock_state
from tests.placing.staged import Staged, driver, made

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir


def planned(sweep: SweepDir, plan: int = 0) -> list[str]:
    return [pack.run for pack in sweep.plans()[plan].packs]


def said(sweep: SweepDir) -> list[str]:
    """The lines of driver.log without their times."""
    return [line[20:] for line in sweep.log.read_text().splitlines()]


def test_packs_are_started_in_order_where_there_is_room(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    first, second, third = planned(sweep)
    place = Staged(sweep, devices=2)
    drives = driver(place)
    assert drives.go_on() is None
    assert place.started == [first, second]
    drives.go_on()
    assert place.started == [first, second]
    place.ends(first)
    drives.go_on()
    assert place.started == [first, second, third]
    place.ends(second)
    place.ends(third)
    assert drives.go_on() == 0
    assert said(sweep)[:2] == [f"placed: {first}, 2 lanes", f"placed: {second}, 2 lanes"]
    assert f"done: {third}" in said(sweep)


def test_it_goes_on_where_another_was_killed(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    first, second, third = planned(sweep)
    place = Staged(sweep, devices=2)
    killed = driver(place)
    killed.go_on()
    place.ends(first)
    killed._hands.lock.release()  # what the kernel does
    drives = driver(place)
    drives.go_on()
    assert place.started == [first, second, third]
    place.ends(second)
    place.ends(third)
    assert drives.go_on() == 0


def test_there_is_one_driver_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owned, "LOCK_WAIT", 0.05)
    place = Staged(made(tmp_path))
    driver(place)
    with pytest.raises(RunError, match="has a driver already"):
        driver(place)


def test_a_pack_that_vanished_is_started_again_while_that_helps(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    bad, good, *_ = planned(sweep)
    place = Staged(sweep)
    drives = driver(place)
    drives.go_on()
    place.trains(bad, 5)
    for _ in range(MOST):
        place.vanishes(bad)
        drives.go_on()
    assert place.started == [bad] * (MOST + 1)
    place.trains(bad, 7)  # further than ever: it counts anew
    for _ in range(MOST):
        place.vanishes(bad)
        drives.go_on()
    assert place.started == [bad] * (2 * MOST + 1)
    place.vanishes(bad)
    drives.go_on()
    assert place.started[-1] == good
    assert "6 times without coming further" in said(sweep)[-2]
    place.ends(good)
    drives.go_on()
    place.ends(place.started[-1])
    assert drives.go_on() == 3


def test_a_pack_that_failed_stays_so_until_the_next_driver(tmp_path: Path) -> None:
    sweep = made(tmp_path, rates=(0.4,))
    (pack,) = planned(sweep)
    place = Staged(sweep)
    drives = driver(place)
    drives.go_on()
    place.fails(pack)
    assert drives.go_on() == 3
    assert f"failed: {pack}, no memory is left" in said(sweep)
    drives._hands.lock.release()
    again = driver(place)
    assert again.go_on() is None
    assert place.started == [pack, pack]


def test_a_pack_that_somebody_stopped_is_left_alone(tmp_path: Path) -> None:
    sweep = made(tmp_path, rates=(0.4,), repeats=2)
    (pack,) = planned(sweep)
    place = Staged(sweep)
    drives = driver(place)
    drives.go_on()
    place.stops(pack, told=True)
    assert drives.go_on() == 130
    assert place.started == [pack]
    assert len(sweep.plans()) == 1


def test_a_pack_whose_machine_ended_is_started_again(tmp_path: Path) -> None:
    sweep = made(tmp_path, rates=(0.4,))
    (pack,) = planned(sweep)
    place = Staged(sweep)
    drives = driver(place)
    drives.go_on()
    place.stops(pack, told=False)
    assert drives.go_on() is None
    assert place.started == [pack, pack]


def _removed(run: RunDir) -> None:
    run.path.rename(run.path.parent.parent / "elsewhere")


@pytest.mark.parametrize(
    "spoil",
    [
        _removed,
        lambda run: run.trainer_log.symlink_to("/nowhere"),
        lambda run: run.trainer_log.mkdir(),
        lambda run: os.mkfifo(run.trainer_log),
    ],
)
def test_a_pack_that_no_trainer_can_have_costs_the_others_nothing(
    tmp_path: Path, spoil: Callable[[RunDir], None]
) -> None:
    sweep = made(tmp_path)
    bad, second, third = planned(sweep)
    spoil(RunDir(sweep.packs / bad))
    place = Staged(sweep, devices=2)
    drives = driver(place)
    drives.go_on()
    assert place.started == [second, third]
    for pack in (second, third):
        place.ends(pack)
    assert drives.go_on() == 3


def test_stop_has_every_trainer_stop_and_starts_no_other(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    first, second, third = planned(sweep)
    place = Staged(sweep, devices=2)
    drives = driver(place)
    drives.go_on()
    control.send(sweep, "stop", by="test")
    assert drives.go_on() is None
    assert place.withdrawn
    for pack in (first, second):
        (order,) = control.waiting(place.run(pack))
        assert isinstance(control.read(order), control.Stop)
        place.stops(pack, told=True)
    assert drives.go_on() == 130
    assert third not in place.started
    assert control.waiting(sweep) == []


@pytest.mark.parametrize(("when", "code"), [("before", 0), ("meanwhile", 130)])
def test_orders_for_a_driver_before_are_swept_and_none_that_come_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str, code: int
) -> None:
    monkeypatch.setattr(module, "LOOK", 0.0)
    sweep = made(tmp_path, rates=(0.4,))

    class Quick(Staged):
        def running(self) -> set[str]:
            for id_ in set(self._locks):
                self.ends(id_)
            return set()

        def close(self) -> None:
            super().close()
            assert lock_state(sweep) == "free"  # or who extends it meanwhile starts no driver

    place = Quick(sweep)

    def reached(*_: object) -> Quick:
        if when == "meanwhile":
            control.send(sweep, "stop", by="test")
        return place

    if when == "before":
        control.send(sweep, "stop", by="test")
    monkeypatch.setattr(process, "place", reached)
    assert process._drive(sweep, "local", Asked(("cpu",)), Signals()) == code
    assert place.started == ([] if code else planned(sweep))
    assert place.closed
    assert control.waiting(sweep) == []
    assert said(sweep)[-1] == ("ended: nothing was left" if code else "ended: 1 done")


def test_a_signal_stops_trainers_that_nobody_else_looks_after(tmp_path: Path) -> None:
    place = Staged(made(tmp_path, rates=(0.4,)))
    drives = driver(place, signals := Signals())
    drives.go_on()
    signals.stop = True
    assert drives.go_on() is None
    assert len(control.waiting(place.run(place.started[0]))) == 1


def test_a_signal_leaves_what_a_queue_keeps(tmp_path: Path) -> None:
    place = Staged(made(tmp_path, rates=(0.4,)))
    place.keeps = True
    drives = driver(place, signals := Signals())
    signals.stop = True
    assert drives.drive() == 130
    assert control.waiting(place.run(place.started[0])) == []
    assert not place.closed


def test_no_repeat_is_planned_where_nothing_could_be_trained(tmp_path: Path) -> None:
    sweep = made(tmp_path, rates=(0.2, 0.4), repeats=2)
    place = Staged(sweep, devices=2)
    drives = driver(place)
    drives.go_on()
    for pack in planned(sweep):
        place.fails(pack)
    assert drives.go_on() == 3
    assert len(sweep.plans()) == 1


def test_the_next_repeat_has_the_cells_that_need_it(tmp_path: Path) -> None:
    stop = {"arm": "ticket", "generalised": 1}
    sweep = made(tmp_path, rates=(0.2, 0.4), repeats=3, stop=stop)
    place = Staged(sweep, devices=2)
    drives = driver(place)
    drives.go_on()
    reached, missed = planned(sweep)
    place.ends(reached)
    place.ends(missed, t_gen=None)
    assert drives.go_on() is None
    plan = sweep.plans()[1]
    (enough,) = sweep.plans()[0].packs[0].cells
    assert plan.repeat == 1
    assert enough not in [cell.number for cell in plan.cells]
    assert {seed for pack in plan.packs for seed in pack.seeds} == {1}
    drives.go_on()
    for pack in planned(sweep, 1):
        place.ends(pack)
    assert drives.go_on() == 0  # now it has generalised as well
    assert len(sweep.plans()) == 2
