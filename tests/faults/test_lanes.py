"""Who trains beside a lane, in which process and how often: no bit of it depends on that."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

import msgspec
import torch

from grok_tui.protocol.models import Mlp
from grok_tui.protocol.tasks import ModularAddition
from tests.engine import runs, tiny
from tests.faults import alike, children
from tests.faults.counting import trials

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.engine.lanes import Lane
    from grok_tui.protocol.config import Config

CASES = [
    (count, precision, p)
    for p in (5, 7, 67)
    for precision in ("float32", "float64")
    for count in (1, 2, 4, 16)
]


def config(seeds: tuple[int, ...], precision: str, p: int, chance: random.Random) -> Config:
    """Dense lanes of some width on some modulus, for a few steps."""
    model = Mlp(d_embedding=chance.randint(1, 40), d_hidden=chance.randint(1, 40))
    task = ModularAddition(p=p, train_fraction=0.6)
    plain = tiny.tiny(seeds=seeds, precision=precision, steps=6)
    return msgspec.structs.replace(plain, model=model, task=task)


def trained(config: Config, workers: int) -> dict[int, str]:
    """A hash of what became of each lane, by seed: weights and both moments."""
    lanes = tiny.experiment(config)
    lanes.stack.workers = workers
    tiny.run_on(lanes, begin=True)
    return {lane.seed: hashed(lane) for lane in lanes.finished}


def hashed(lane: Lane) -> str:
    rows = torch.cat([lane.rows.weights, lane.rows.first, lane.rows.second])
    return hashlib.sha256(rows.numpy().tobytes()).hexdigest()


@trials(60)
def test_a_lane_among_others_has_the_bits_that_it_has_alone(seeds: range) -> None:
    """Lane i of 1, 2, 4, 16, float32 and 64, moduli 5, 7, 67, alone and with others: same bytes."""
    (seed,) = seeds
    count, precision, p = CASES[seed * 7 % len(CASES)]
    together = config(tuple(range(seed, seed + count)), precision, p, random.Random(seed))
    found = trained(together, workers=1 + seed % 2)
    one = random.Random(seed).randrange(seed, seed + count)
    alone = trained(config((one,), precision, p, random.Random(seed)), workers=1)
    assert found[one] == alone[one], f"seed {seed}: {count} lanes, {precision}, modulus {p}"


@trials(20, at_once=2)
def test_the_same_seed_in_another_process_has_the_same_bits(seeds: range, tmp_path: Path) -> None:
    """The same seed in so many processes: the same bytes in every one."""
    plain = tiny.tiny((tiny.DENSE, tiny.TICKET), seeds=(3,), steps=20, threshold=0.3)
    here = runs.new_run(tmp_path, plain)
    assert runs.train(here) == 0
    for seed in seeds:
        run = runs.new_run(tmp_path, plain)
        assert children.finish(run) == 0
        alike.assert_alike(run, here, seed)
