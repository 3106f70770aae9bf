"""Logs that are too big or too wild to write down: for tests of bounds, and for measurements.

python -m tests.logs RUNS --records 1000000 --lanes 8     a run folder with such a log
python -m tests.logs RUNS --wild                          one with values nobody should meet
"""

from __future__ import annotations

import argparse
import itertools
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from grok_tui.protocol import events
from grok_tui.protocol.arms import Arm, MaskFrom
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.rundir import RunDir

RUN_ID = "20261121-101503-made-mmmm"
SEEDS = (0, 1)
EXTREMES = (0.0, -0.0, 1.0, -1.0, 5e-324, 1e-300, -1e300, 1.7e308, -1.7e308, 1e17, 0.1 + 0.2)


def big_config(lanes: int, steps: int) -> Config:
    """An experiment of this many lanes (an even number) that measures every step."""
    late = MaskFrom(arm="dense", at="generalised")
    tickets = tuple(
        Arm(name=f"ticket-{rate}", method="magnitude", pruning_rate=rate / 100, mask_from=late)
        for rate in range(30, 30 + lanes // len(SEEDS) - 1)
    )
    plain = fakes.config(seeds=SEEDS, steps=steps, only=("dense",), title="Every step")
    train = msgspec.structs.replace(plain.train, log="every-step", stop_after_generalised=0)
    return msgspec.structs.replace(plain, arms=(*plain.arms, *tickets), train=train)


def big_events(config: Config) -> Iterator[AnyEvent]:
    """Its log: the lanes train side by side, each step of each is measured."""
    yield fakes.started(config)
    lanes = [
        fakes.lane_events(config, arm.name, seed, fate=_fate(number, seed), steps=(), mask_step=9)
        for number, arm in enumerate(config.arms)
        for seed in config.seeds
    ]
    for start, _ in lanes:
        yield start
    for step in range(config.train.steps + 1):
        for number, arm in enumerate(config.arms):
            for seed in config.seeds:
                yield from _at(arm.name, seed, step, _fate(number, seed))
    for *_, end in lanes:
        yield msgspec.structs.replace(end, step=config.train.steps)


def _fate(number: int, seed: int) -> fakes.Fate:
    late = None if number == 3 else 1141 if number == 0 else 53 + 10 * number + seed
    return fakes.Fate(36 + number + seed, late, 1.0 - 0.03 * number)


def _at(arm: str, seed: int, step: int, fate: fakes.Fate) -> Iterator[AnyEvent]:
    yield fakes.measured(arm, seed, step, fate)
    for milestone, when in (("memorised", fate.t_mem), ("generalised", fate.t_gen)):
        if step == when:
            yield events.Reached(
                arm=arm,
                seed=seed,
                milestone=milestone,  # type: ignore[arg-type]
                step=step,
                resolution=1,
            )


def wild_events(config: Config, count: int, chance: random.Random) -> Iterator[AnyEvent]:
    """Measurements with values at the edges of what a float is, now and then out of order."""
    yield fakes.started(config)
    arms = [arm.name for arm in config.arms]
    for number in range(count):
        values: dict[str, Any] = {
            name: chance.choice((*EXTREMES, chance.random(), chance.uniform(-1e9, 1e9)))
            for name in events.Measured.__struct_fields__[3:-1]
        }
        if chance.random() < 0.1:
            values["probes"] = {f"norms/{chance.randrange(4)}": 1.0, "spectrum/in": (1.0,) * 9}
        step = 2**53 if chance.random() < 1e-4 else max(0, number + chance.randrange(-3, 30))
        yield events.Measured(
            arm=chance.choice(arms), seed=chance.choice((0, 1, 2**40)), step=step, **values
        )


def made_run(runs: Path, records: int, lanes: int, *, run_id: str = RUN_ID) -> RunDir:
    """The folder of a finished run with about this many records, written as they are made."""
    config = big_config(lanes, records // lanes)
    run = fakes.recorded_run(runs, made_of=config, run_id=run_id, found=[])
    done = events.Finished(outcome="completed", lanes=())
    with run.events.open("wb") as file:
        file.writelines(map(events.encode, itertools.chain(big_events(config), [done])))
    return run


def wild_run(runs: Path, records: int, *, run_id: str = RUN_ID) -> RunDir:
    """The folder of an interrupted run with wild values and damaged lines in its log."""
    chance = random.Random(5)
    config = big_config(6, records)
    run = fakes.recorded_run(runs, "interrupted", made_of=config, run_id=run_id, found=[])
    with run.events.open("wb") as file:
        for event in wild_events(config, records, chance):
            line = bytearray(events.encode(event))
            if chance.random() < 1e-3:
                line[chance.randrange(len(line))] ^= 1 << chance.randrange(8)
            file.write(line)
    return run


def main() -> None:
    """Make one such run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("runs", type=Path)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--lanes", type=int, default=8)
    parser.add_argument("--wild", action="store_true")
    chosen = parser.parse_args()
    if chosen.wild:
        wild_run(chosen.runs, chosen.records)
    else:
        made_run(chosen.runs, chosen.records, chosen.lanes)


if __name__ == "__main__":
    main()
