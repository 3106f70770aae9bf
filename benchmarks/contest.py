"""One model: both sides turn about, round after round, and what comes of it."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import torch

from benchmarks import costs, rates
from benchmarks.plan import ARMS
from benchmarks.roof import Roofs, bound, count
from benchmarks.sides import Ours, Plain, Side, Slot, agreement, workload
from grok_tui.engine.tasks.data import Placement
from grok_tui.protocol import benchmark as protocol
from grok_tui.protocol.benchmark import Agreement, ArmName, Checkpoint, LogName, ModelReport, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.plan import Plan
    from grok_tui.engine.answers import Choice
    from grok_tui.engine.cores import Hardware

SideKey = tuple[int, ArmName, LogName]
GRID: LogName = "grid"
EVERY: LogName = "every-step"
CHECKPOINTS = 3


class Contest:
    """The engine against the plain writing, on one model."""

    def __init__(
        self, plan: Plan, model: protocol.ModelName, hardware: Hardware, roofs: Roofs
    ) -> None:
        config, placement = plan.configs[model], Placement(roofs.device, torch.float32)
        self._plan, self._model, self._roofs = plan, model, roofs
        self._config, self._placement = config, placement
        self._counts = count(config)
        self._plain = {
            arm: Plain(workload(config, arm, 1, "grid"), placement, roofs.all_threads)
            for arm in ARMS
        }
        self._ours: dict[SideKey, Ours] = {
            (lanes, arm, log): Ours(workload(config, arm, lanes, log), placement, hardware)
            for lanes, arm, log in plan.sides()
        }
        self._theirs: dict[ArmName, list[Slot]] = {arm: [] for arm in ARMS}
        self._mine: dict[SideKey, list[Slot]] = {key: [] for key in self._ours}
        self._choices: dict[SideKey, Choice] = {k: side.choice for k, side in self._ours.items()}
        self._agreements: list[Agreement] = []
        self._probes: dict[str, float] = {}
        self._checkpoints: list[Checkpoint] = []

    def warm_up(self) -> None:
        """A first turn of everybody that does not count; do both sides compute the same?"""
        for arm, plain in self._plain.items():
            plain.warm_up()
            log = plain.training.log
            self._agreements.append(agreement(self._config, self._placement, arm, log))
        for ours in self._ours.values():
            ours.run(min(0.2, self._plan.seconds))

    def round(self, number: int, tell: Callable[[str, float], None]) -> None:
        """One turn of everybody; `tell` hears before each what is next and how long it takes."""
        self._roofs.take(self._config.parameters)
        sides: list[tuple[str, Side, list[Slot]]] = [
            (f"plain, {arm}", self._plain[arm], self._theirs[arm]) for arm in ARMS
        ]
        for key, ours in self._ours.items():
            lanes, arm, log = key
            sides.append((f"lanes {lanes}, {arm}, {log}", ours, self._mine[key]))
        for name, side, slots in sides:
            what = f"{self._model}, round {number} of {self._plan.rounds}: {name}"
            tell(what, self._plan.seconds)
            slots.append(side.run(self._plan.seconds))

    def close(self) -> None:
        """Measure the small costs, and let all lanes go."""
        lanes = {lanes: self._ours[lanes, "dense", "grid"].experiment for lanes in self._plan.lanes}
        self._probes = costs.probes(lanes[min(lanes)])
        self._calls = costs.calls(self._config, self._placement)
        self._checkpoints = [costs.checkpoint(held, CHECKPOINTS) for held in lanes.values()]
        for ours in self._ours.values():
            ours.experiment.stack.hold([])  # workers end
        self._ours.clear()

    def report(self) -> ModelReport:
        """Rates and ratios, and what `close` measured."""
        counts, task = self._counts, self._config.task
        lanes = min(self._plan.lanes)
        grid, every = (self._mine[lanes, "dense", log] for log in (GRID, EVERY))
        cost = rates.measuring_cost(grid, every)
        return ModelReport(
            model=self._model,
            parameters=self._config.parameters,
            train_examples=task.train_examples,
            test_examples=task.examples - task.train_examples,
            step_flop=counts.step,
            test_flop=counts.test,
            step_bytes=counts.traffic,
            roof=bound(counts, *self._roofs.best()),
            roof_one_thread=bound(counts, *self._roofs.one_thread()),
            naive=tuple(self._naive(arm) for arm in ARMS),
            rows=tuple(self._row(key) for key in self._mine),
            agreements=tuple(self._agreements),
            measurement_milliseconds=None if cost is None else cost * 1e3,
            call_microseconds=self._calls,
            probe_microseconds=self._probes,
            checkpoints=tuple(self._checkpoints),
        )

    def _naive(self, arm: ArmName) -> protocol.Naive:
        found = rates.rates(self._theirs[arm])
        return protocol.Naive(
            arm=arm,
            rate=median(found),
            rates=found,
            rate_by_threads={
                str(threads): median(rates.rates(slots))
                for threads, slots in self._plain[arm].slots.items()
            },
        )

    def _row(self, key: SideKey) -> Row:
        lanes, arm, log = key
        found = rates.rates(self._mine[key])
        ratio = rates.ratio(self._mine[key], self._theirs[arm])
        measured = rates.measured_share(self._mine[key])
        return Row(
            lanes=lanes,
            arm=arm,
            log=log,
            threads=self._choices[key].threads,
            workers=self._choices[key].workers,
            rate=median(found),
            rates=found,
            ratio=ratio.median,
            ratio_low=ratio.low,
            ratio_high=ratio.high,
            measured_share=measured,
            roof_share=median(found) / bound(self._counts, *self._roofs.best(), tested=measured),
        )
