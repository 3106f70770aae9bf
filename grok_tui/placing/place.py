"""What the driver asks of a place where packs can run. What came of it say the run folders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Set

    from grok_tui.protocol.rundir import RunDir


@dataclass(frozen=True)
class Asked:
    """What a place is asked for."""

    devices: tuple[str, ...] = ()
    """As `--devices` names them; none: what there is."""
    options: tuple[str, ...] = ()
    """As `--option` gives them: for sbatch, or where the Ray cluster is."""

    @classmethod
    def read(cls, devices: str, options: Iterable[str] = ()) -> Asked:
        """As it was typed: auto, or names of devices with commas between."""
        return cls(() if devices == "auto" else tuple(devices.split(",")), tuple(options))


class Place(Protocol):
    """Devices that trainers can be started on. Nothing in it waits for a pack.

    A module in `ENGINES` (`engines.py`) makes it by its function `place(sweep, asked)`, which
    raises RunError or UsageError where that cannot be.
    """

    @property
    def keeps(self) -> bool:
        """Whether somebody else looks after what was started, so that a driver that is told to end
        leaves it alone; else the driver has every trainer stop first."""
        ...

    def room(self) -> int:
        """How many more packs it takes now. Raises RunError if the place is lost."""
        ...

    def start(self, run: RunDir) -> None:
        """Have a trainer begin this run, or take it on from its checkpoint; twice does no harm.

        Raises RunError if the place is lost.
        """
        ...

    def running(self) -> Set[str]:
        """Ids of the runs that were started here and, as far as the place knows, go on or wait."""
        ...

    def withdraw(self) -> None:
        """Take back what was started and has not begun; what trains goes on. For a stop."""
        ...

    def close(self) -> None:
        """Let go of the place. Trainers that cannot live without it are told to stop before."""
        ...
