"""What the screens of sweeps ask of the rooms below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from grok_tui.monitor.sweeps.folder import SweepDir, sweeps_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.limits import Limits
    from grok_tui.monitor.sweeps.planning import Part
    from grok_tui.monitor.sweeps.results import Board


class Looks(Protocol):
    """What a screen needs of a `SweepWatch`; a test passes another."""

    def look(self) -> Board:
        """The sweep as it is now. Raises RunError."""
        ...


@dataclass(frozen=True)
class Entry:
    """A sweep in the list of sweeps."""

    sweep: SweepDir
    board: Board | None
    problem: str = ""
    """Why there is no board."""


def _watch(sweep: SweepDir) -> Looks:
    from grok_tui.monitor.sweeps.results import SweepWatch

    return SweepWatch(sweep)


def _stop(sweep: SweepDir) -> int:
    from grok_tui.monitor.sweeps import driving

    return driving.stop(sweep, "tui")


def _go_on(sweep: SweepDir) -> bool:
    from grok_tui.monitor.sweeps import driving

    return driving.drive(sweep)


def _design(sweep: SweepDir) -> Design:
    from grok_tui.monitor.sweeps.design import read_written

    return read_written(sweep.file)


def _seeds(sweep: SweepDir) -> set[int]:
    return {seed for plan in sweep.plans() for pack in plan.packs for seed in pack.seeds}


def _limits(sweep: SweepDir) -> Limits:
    """What the devices take that the sweep was started on, as far as the UI knows them."""
    from grok_tui.monitor import machine
    from grok_tui.monitor.sweeps.driving import asked_before
    from grok_tui.monitor.sweeps.limits import Limits

    how = asked_before(sweep)
    devices: list[str] = []
    if how.engine == "local" and how.devices != "auto":
        devices = [word.strip() for word in how.devices.split(",") if word.strip()]
    elif how.engine == "local":
        devices = [f"cuda:{at}" for at, _ in enumerate(machine.devices())] or ["cpu"]
    return Limits(devices, (sweep.packs, sweep.runs))


def _price(sweep: SweepDir, design: Design) -> Part:
    from grok_tui.monitor.sweeps import starting

    return starting.further_part(sweep, design, _limits(sweep))


def _extend(sweep: SweepDir, design: Design) -> None:
    from grok_tui.monitor.sweeps import driving, starting

    starting.extend(sweep, design, _limits(sweep))
    driving.drive(sweep)


@dataclass(frozen=True)
class SweepServices:
    """Each is called in a thread and may raise GrokTuiError."""

    found: Callable[[Path], Iterable[SweepDir]] = sweeps_in
    """The sweeps of a runs folder, newest first."""
    watch: Callable[[SweepDir], Looks] = _watch
    """Something that looks at one again and again."""
    stop: Callable[[SweepDir], int] = _stop
    """Have its trainers stop with a checkpoint; how many packs train."""
    go_on: Callable[[SweepDir], bool] = _go_on
    """Have a driver go on with it; False if there is one."""
    design: Callable[[SweepDir], Design] = _design
    """What it was asked for last."""
    seeds: Callable[[SweepDir], set[int]] = _seeds
    """Every seed that some pack of it has."""
    price: Callable[[SweepDir, Design], Part] = _price
    """What this design would add to it."""
    extend: Callable[[SweepDir, Design], None] = _extend
    """Add that, and go on."""
