"""This machine: a trainer on each of its devices. Trainers outlive the driver that started them."""

from __future__ import annotations

import re
from collections import Counter
from importlib import metadata
from typing import TYPE_CHECKING

from grok_tui.errors import UsageError
from grok_tui.monitor import launch
from grok_tui.monitor.machine import devices as gpus
from grok_tui.placing.training import lanes
from grok_tui.protocol.rundir import lock_state, read_about, run_folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Set

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.placing.place import Asked
    from grok_tui.protocol.rundir import RunDir

_DEVICE = re.compile(r"cpu|mps|cuda(:[0-9]{1,3})?")
MOST = 64
"""Trainers at a time."""


def place(sweep: SweepDir, asked: Asked) -> Local:
    """This machine with these devices, each as often as it is named. Raises UsageError."""
    if asked.options:
        raise UsageError("--option is for other engines than local")
    return Local(slots(asked.devices), run_folders(sweep.packs))


def slots(devices: Sequence[str]) -> tuple[str, ...]:
    """The devices as trainers know them; of none every GPU, else the cores. Raises UsageError."""
    for device in devices:
        if not _DEVICE.fullmatch(device):
            raise UsageError(f"--devices {device[:40]}: expected auto, or as cpu,cuda:0,cuda:1")
    if len(devices) > MOST:
        raise UsageError(f"--devices: {len(devices)} are too many; expected at most {MOST}")
    return tuple(devices) or _found()


def _found() -> tuple[str, ...]:
    if "+cpu" in metadata.version("torch"):
        return ("cpu",)
    return tuple(f"cuda:{number}" for number in range(len(gpus()[:MOST]))) or ("cpu",)


class Local:
    """A pool of trainers."""

    keeps = False

    def __init__(self, devices: Sequence[str], packs: Iterable[RunDir] = ()) -> None:
        """Of `packs` those that are trained now were started by a driver before us."""
        self._devices = Counter(devices)
        self._runs: dict[str, tuple[RunDir, str]] = {}
        """By their ids: the runs that go on, and on which device."""
        for run in packs:
            if lock_state(run) == "held":
                about = read_about(run)
                self._runs[run.id] = (run, about.device if about else "")

    def room(self) -> int:
        """Devices that have nothing to do."""
        return max(0, self._devices.total() - len(self.running()))

    def start(self, run: RunDir) -> None:
        """Start a trainer on the device that has the fewest. Raises RunError."""
        if run.id in self.running():
            return
        device = min(self._devices, key=self._load)
        # a lane alone would take several threads, on which its bits hang; among others it has one
        launch.train(run, device, 1 if lanes(run) == 1 else 0)
        self._runs[run.id] = (run, device)

    def running(self) -> Set[str]:
        """The runs whose trainer lives, or is on its way."""
        over = [id_ for id_, (run, _) in self._runs.items() if not _goes_on(run)]
        for id_ in over:
            del self._runs[id_]
        return self._runs.keys()

    def withdraw(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Trainers go on by themselves."""

    def _load(self, device: str) -> float:
        there = sum(one == device for _, one in self._runs.values())
        return there / self._devices[device]


def _goes_on(run: RunDir) -> bool:
    return launch.lives(run) or lock_state(run) == "held"
