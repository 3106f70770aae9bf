"""How many lanes go into a pack, by memory and by time, and how long packs will take."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.estimate import Past
from grok_tui.monitor.memory import TIGHT, Need, need, on_cores, on_gpu

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from grok_tui.monitor.sweeps.packing import Most, Pack
    from grok_tui.monitor.sweeps.planning import Part
    from grok_tui.protocol.config import Config

SECONDS = 600.0
"""What a pack should take: no more is lost with a device than a part of it."""
FEW, MANY = 8, 16
"""Seeds of two experiments between which memory grows by the lane."""
SAMPLED = 64
"""Packs whose time is worked out, lane by lane."""
FITS = 4
"""Times that packs are made smaller so that each device has one."""


@dataclass(frozen=True)
class Share:
    """What one device is expected to do."""

    device: str
    packs: int
    seconds: float
    """At most; a guess where nothing like it was run."""
    memory: Need
    """Of the largest of its packs."""


class Limits:
    """What devices take. Of none nothing is known: packs are then cut by time alone."""

    def __init__(self, devices: Sequence[str], folders: Sequence[Path]) -> None:
        """`folders` have the runs that tell how fast this machine is."""
        self._devices = tuple(devices)
        self._count = Counter(devices)
        self._folders = folders
        self._free: dict[str, int | None] = {}
        """Bytes of memory that are free, by device."""
        self._share: int | None = None
        """Lanes of a pack at most, so that there is one for each device."""

    def most(self, config: Config) -> int:
        """How many lanes a pack of such an experiment may have."""
        lanes = len(config.arms) * len(config.seeds)
        found = [
            int(SECONDS * lanes / max(1e-9, past.estimate(config).seconds or 0.0))
            for past in self._pasts.values()
        ]
        found += [room for device in self._count if (room := self._fitting(config, device))]
        return max(1, min([*found, self._share or found[0]]))

    def fit(self, make: Callable[[Most], Part]) -> Part:
        """A part of a sweep that has a pack for each device, where its cells allow that."""
        self._share = None
        part = make(self.most)
        for _ in range(FITS):
            largest = max((pack.lanes for pack in part.packs), default=1)
            if len(part.packs) >= len(self._devices) or largest == 1:
                break
            even = math.ceil(part.lanes / len(self._devices))
            self._share = even if even < largest else largest // 2
            part = make(self.most)
        self._share = None
        return part

    def shares(self, packs: Sequence[Pack]) -> list[Share]:
        """Who does what, if each pack goes to the device that is free first."""
        if not self._devices:
            return []
        seconds = {kind: _seconds(packs, past) for kind, past in self._pasts.items()}
        spent = [0.0] * len(self._devices)
        given: list[list[Pack]] = [[] for _ in self._devices]
        for index, pack in enumerate(packs):
            slot = min(range(len(spent)), key=spent.__getitem__)
            spent[slot] += seconds[_kind(self._devices[slot])][index]
            given[slot].append(pack)
        return [
            Share(device, len(own), seconds, need(max(own, key=_lanes).config, device))
            for device, own, seconds in zip(self._devices, given, spent, strict=True)
            if own
        ]

    def alone(self, packs: Sequence[Pack]) -> tuple[float, str]:
        """Seconds that a device of this machine takes for all of them, and where that is from."""
        past = next(iter(self._pasts.values()))
        basis = past.estimate(packs[0].config).basis if packs else ""
        return sum(_seconds(packs, past)), basis

    def _fitting(self, config: Config, device: str) -> int | None:
        """Lanes that each trainer on a device can have in memory; None: nobody knows."""
        if device not in self._free:
            self._free[device] = need(config, device).free
        free = self._free[device]
        if free is None:
            return None
        few, many = (
            _bytes(msgspec.structs.replace(config, seeds=tuple(range(seeds))), device)
            for seeds in (FEW, MANY)
        )
        each = (many - few) / ((MANY - FEW) * len(config.arms))
        base = few - each * FEW * len(config.arms)
        return max(1, int((TIGHT * free / self._count[device] - base) / each))

    @cached_property
    def _pasts(self) -> dict[str, Past]:
        """What runs took on each kind of device."""
        kinds = {_kind(device) for device in self._devices} or {""}
        return {kind: Past(*self._folders, kind=kind) for kind in sorted(kinds)}


def _kind(device: str) -> str:
    return device.partition(":")[0]


def _seconds(packs: Sequence[Pack], past: Past) -> list[float]:
    """What each of these packs takes; of many by its steps, at the rate of some."""
    some = packs[:: math.ceil(len(packs) / SAMPLED) or 1]
    found = [past.estimate(pack.config).seconds or 0.0 for pack in some]
    if len(some) == len(packs):
        return found
    rate = sum(found) / sum(pack.steps for pack in some)
    return [rate * pack.steps for pack in packs]


def _lanes(pack: Pack) -> int:
    return pack.lanes


def _bytes(config: Config, device: str) -> int:
    return on_gpu(config) if _kind(device) == "cuda" else on_cores(config)
