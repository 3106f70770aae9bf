"""A place where packs train as a test says: their logs are written, nothing is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grok_tui.monitor.sweeps.limits import Limits
from grok_tui.monitor.sweeps.planning import Part
from grok_tui.monitor.sweeps.starting import begin
from grok_tui.placing.driver import Driver, Hands
from grok_tui.placing.journal import Journal
from grok_tui.placing.signals import Signals
from grok_tui.protocol import presets
from grok_tui.protocol.events import Failed, Obeyed
from grok_tui.protocol.owned import Lock
from grok_tui.protocol.rundir import RunDir, TrainerLock
from tests import fakes
from tests.monitor.sweeps.made import RATE, sweep_of

if TYPE_CHECKING:
    from collections.abc import Sequence, Set
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.protocol.events import AnyEvent

RATES = (0.2, 0.4, 0.6)


def made(runs: Path, *, rates: Sequence[float] = RATES, **sweep: Any) -> SweepDir:
    """A sweep of the tiny preset over pruning rates, a pack for each of them and no driver yet."""
    asked = sweep_of({RATE: list(rates)}, **{"seeds": 1, **sweep})
    return begin(asked, Part(asked, lambda _: 2), runs, "tiny")


class Staged:
    """So many devices; what trains on them is in the hands of the test."""

    keeps = False

    def __init__(self, sweep: SweepDir, devices: int = 1) -> None:
        self.sweep = sweep
        self.devices = devices
        self.started: list[str] = []
        self.withdrawn = self.closed = False
        self._locks: dict[str, TrainerLock] = {}

    def room(self) -> int:
        return self.devices - len(self._locks)

    def start(self, run: RunDir) -> None:
        self.started.append(run.id)
        self._locks[run.id] = TrainerLock(run)
        if not run.events.exists():
            run.events.write_bytes(fakes.log([fakes.started(presets.load_config(run.config))]))

    def running(self) -> Set[str]:
        return set(self._locks)

    def withdraw(self) -> None:
        self.withdrawn = True

    def close(self) -> None:
        self.closed = True

    def run(self, id_: str) -> RunDir:
        return RunDir(self.sweep.packs / id_)

    def trains(self, id_: str, steps: int) -> None:
        """It has come so far."""
        config = presets.load_config(self.run(id_).config)
        first = config.arms[0].name
        fakes.append(
            self.run(id_), [fakes.measured(first, config.seeds[0], steps, fakes.Fate(9, None))]
        )

    def vanishes(self, id_: str) -> None:
        """Its trainer is gone, without a word."""
        self._locks.pop(id_).release()

    def ends(self, id_: str, *, t_gen: int | None = 40) -> None:
        """Every lane is trained to its end; all of them generalise at that step, or none."""
        config = presets.load_config(self.run(id_).config)
        told: list[AnyEvent] = []
        for arm in config.arms:
            for seed in config.seeds:
                fate = fakes.Fate(9, t_gen)
                told += fakes.lane_events(config, arm.name, seed, fate=fate, steps=[0, 9, 40, 60])
        fakes.append(self.run(id_), [*told, fakes.finished(told)])
        self.vanishes(id_)

    def fails(self, id_: str) -> None:
        """Its trainer says why it cannot go on."""
        fakes.append(self.run(id_), [Failed(sentence="no memory is left", traceback="")])
        self.vanishes(id_)

    def stops(self, id_: str, *, told: bool) -> None:
        """It stopped: `told` by an order, or by a signal."""
        order = [Obeyed(command="stop", id="1", result="stopped")] if told else []
        fakes.append(self.run(id_), [*order, fakes.finished([], "stopped")])
        self.vanishes(id_)


def done(sweep: SweepDir, *, t_gen: int | None = 40) -> None:
    """All packs of a sweep are trained to their end."""
    place = Staged(sweep, devices=99)
    for plan in sweep.plans():
        for pack in plan.packs:
            place.start(place.run(pack.run))
            place.ends(pack.run, t_gen=t_gen)


def driver(place: Staged, signals: Signals | None = None) -> Driver:
    """A driver of its sweep on this place. Raises RunError if there is one."""
    sweep = place.sweep
    lock = Lock(sweep, f"{sweep.id} has a driver already")
    limits = Limits(["cpu"] * place.devices, [sweep.runs])
    return Driver(sweep, Hands(place, limits, lock, Journal(sweep.log), signals or Signals()))
