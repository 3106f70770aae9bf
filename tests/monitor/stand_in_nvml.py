"""A stand-in for the module pynvml: what a driver might answer, and how it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any


class NVMLError(Exception):
    """What every refusal of the driver is."""


@dataclass
class Card:
    """One GPU as the driver knows it."""

    name: str | bytes = "NVIDIA H100 80GB HBM3"
    uuid: str = "GPU-1111"
    percent: Any = 87
    memory: tuple[Any, Any] = (12 * 2**30, 80 * 2**30)
    celsius: Any = 61
    milliwatts: Any = 312_400
    processes: list[tuple[int, int | None]] = field(default_factory=list)


class Library:
    """Behaves as the module; a question whose name is in `refused` raises."""

    NVMLError = NVMLError

    def __init__(self, *cards: Card, refused: tuple[str, ...] = ()) -> None:
        self.cards = cards
        self.refused = refused

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("nvml") and name in object.__getattribute__(self, "refused"):
            return _refuse
        return object.__getattribute__(self, name)

    def nvmlInit(self) -> None:  # noqa: N802
        pass

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> Card:  # noqa: N802
        return self.cards[index]

    def nvmlDeviceGetName(self, card: Card) -> str | bytes:  # noqa: N802
        return card.name

    def nvmlDeviceGetUUID(self, card: Card) -> str:  # noqa: N802
        return card.uuid

    def nvmlDeviceGetUtilizationRates(self, card: Card) -> Any:  # noqa: N802
        return SimpleNamespace(gpu=card.percent, memory=1)

    def nvmlDeviceGetMemoryInfo(self, card: Card) -> Any:  # noqa: N802
        return SimpleNamespace(used=card.memory[0], total=card.memory[1])

    def nvmlDeviceGetTemperature(self, card: Card, sensor: int) -> Any:  # noqa: N802
        assert sensor == 0
        return card.celsius

    def nvmlDeviceGetPowerUsage(self, card: Card) -> Any:  # noqa: N802
        return card.milliwatts

    def nvmlDeviceGetComputeRunningProcesses(self, card: Card) -> list[Any]:  # noqa: N802
        return [SimpleNamespace(pid=pid, usedGpuMemory=used) for pid, used in card.processes]


def _refuse(*_: object) -> None:
    raise NVMLError("Unknown Error")
