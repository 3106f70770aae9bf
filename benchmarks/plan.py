"""What one run of the benchmark measures, and how long that will take."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.protocol import presets
from grok_tui.protocol.benchmark import MODELS, ArmName, LogName, ModelName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grok_tui.protocol.config import Config

LANES = (1, 4, 16, 64)
ARMS: tuple[ArmName, ...] = ("dense", "masked")
START_SECONDS = 5.0
"""Planned for one start of a run."""
WARM_UP_SECONDS = 6.0
"""Planned for the first steps of both sides of a model."""
LANE_SECONDS = 0.05
"""Planned for building a lane, and for the checkpoints that it is in."""


@dataclass(frozen=True)
class Plan:
    """The workload."""

    configs: Mapping[ModelName, Config]
    lanes: Sequence[int] = LANES
    device: str = "cpu"
    threads: int = 0
    """Of the engine; 0: as many as it takes by itself."""
    rounds: int = 5
    seconds: float = 2.0
    """Of each side in each round."""
    starts: int = 3
    """How often a run is started, after a first time that does not count."""

    def sides(self) -> Iterator[tuple[int, ArmName, LogName]]:
        """Lanes, arm and way of logging of each of the engine's sides."""
        for lanes in self.lanes:
            for arm in ARMS:
                yield lanes, arm, "grid"
            yield lanes, "dense", "every-step"

    @property
    def slots(self) -> int:
        """Turns in one round of one model."""
        return len(list(self.sides())) + len(ARMS)

    @property
    def setup(self) -> float:
        """Planned seconds for each model before its rounds."""
        return WARM_UP_SECONDS + LANE_SECONDS * sum(lanes for lanes, _, _ in self.sides())

    @property
    def total(self) -> float:
        """Planned seconds."""
        timed = self.rounds * self.slots * self.seconds
        starts = START_SECONDS * (self.starts + 1) if self.starts else 0.0
        return len(self.configs) * (self.setup + timed) + starts


def parse(arguments: Sequence[str]) -> Plan:
    """The plan of a command line."""
    parser = argparse.ArgumentParser(prog="python benchmarks", description=__doc__)
    parser.add_argument("--model", action="append", choices=MODELS, help="repeatable; both")
    parser.add_argument("--lanes", default=",".join(map(str, LANES)), help="1,16")
    parser.add_argument("--device", default=Plan.device)
    parser.add_argument("--threads", type=int, default=Plan.threads)
    parser.add_argument("--rounds", type=int, default=Plan.rounds)
    parser.add_argument("--seconds", type=float, default=Plan.seconds)
    parser.add_argument("--starts", type=int, default=Plan.starts)
    given = parser.parse_args(arguments)
    return Plan(
        configs={model: config(model) for model in given.model or MODELS},
        lanes=tuple(int(lanes) for lanes in given.lanes.split(",")),
        device=given.device,
        threads=given.threads,
        rounds=given.rounds,
        seconds=given.seconds,
        starts=given.starts,
    )


def config(model: ModelName) -> Config:
    """The papers' setting of a model: modulus 67, fraction 0.4, default sizes."""
    table = {"title": "Benchmark", "model": {"kind": model}, "arms": [{"name": "dense"}]}
    return presets.resolve(table, "benchmark")
