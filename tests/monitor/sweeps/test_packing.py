"""Cells in packs: each gets back from its packs exactly the experiment that it asked for."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps.packing import packs
from grok_tui.protocol import gallery, presets
from grok_tui.protocol.checks import as_config
from grok_tui.protocol.config import Config, to_plain
from grok_tui.protocol.rules.values import MAX_LANES
from grok_tui.protocol.section import MAX_ARMS
from tests.monitor.sweeps import made

if TYPE_CHECKING:
    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.packing import Pack

PRESETS = (
    "quickstart",  # scaled controls, random and shuffled masks
    "early-tickets",  # moments
    "data-diet",  # subsets, repeats, redrawn weights, own steps
    "distillation",  # teachers
    "table1",  # edge-popup, snip, grasp, synflow
    "extra-iterative",  # rounds, rewinding
    "extra-transfer",  # a task of its own
    "extra-memorised",  # scores of edge-popup
    "fig17a",  # own learning rates, decays and steps
    "fig15",
    "fig15-parity",
    "fig4b",
)
TRAIN: dict[str, list[Any]] = {
    "train.learning_rate": [1e-3, 3e-3, 1e-2],
    "train.weight_decay": [0.5, 1.0, 2],
    "train.steps": [20_000, 30_000, 40_000],
    "train.stop_after_generalised": [0, 50],
    "task.train_fraction": [0.3, 0.5, 0.6],
    "arms.*.pruning_rate": [0.3, 0.6, 0.9],
    "train.threshold": [0.9, 0.95],
    "model.d_hidden": [24, 48],
}
OWN: dict[str, list[Any]] = {
    "learning_rate": [1e-3, 1e-2],
    "weight_decay": [0.25, 1],
    "steps": [9000, 20_000],
    "pruning_rate": [0.2, 0.7],
    "mask_from.plus": [0, 100],
    "mask_from.at": [40, 400, "generalised"],
    "init": ["shared", "redrawn"],
    "subset.fraction": [0.5, 0.7],
    "teacher.plus": [10, 20],
    "scores.weight_decay": [0.0, 1.0],
}


@cache
def table(name: str) -> dict[str, Any]:
    return gallery.read(gallery.find(name))


def drawn(preset: str, dice: random.Random) -> Design:
    """A sweep of the preset over some axes; they may not go together."""
    arms = [arm.name for arm in presets.load(preset)[0].arms]
    axes: dict[str, Any] = {}
    for _ in range(dice.choice((1, 2, 2, 3))):
        if dice.random() < 0.6:
            key = dice.choice(list(TRAIN))
            values = TRAIN[key]
        else:
            part = dice.choice(list(OWN))
            key, values = f"arms.{dice.choice(arms)}.{part}", OWN[part]
        name = f"axis-{len(axes)}"
        axes[name] = {"keys": [key], "values": dice.sample(values, dice.randint(1, len(values)))}
    return made.sweep_of(axes, table(preset), seeds=dice.choice((1, 3, 7)))


def configs_of(asked: Design) -> dict[int, Config] | None:
    """Every cell's own experiment; None if one of them is none."""
    try:
        return {cell.number: asked.config(cell, asked.seeds) for cell in asked.cells}
    except PresetError:
        return None


def check(cells: dict[int, Config], found: list[Pack], most: int) -> None:
    """Packs are experiments, no larger than asked, and hold each cell with each seed once."""
    times: Counter[tuple[int, int]] = Counter()
    for pack in found:
        assert as_config(to_plain(pack.config), "") == pack.config
        assert len(pack.config.arms) <= MAX_ARMS
        alone = len(pack.members) == 1 and len(pack.config.seeds) == 1
        assert pack.lanes <= min(most, MAX_LANES) or alone
        nameless = [msgspec.structs.replace(arm, name="-") for arm in pack.config.arms]
        assert len(set(map(msgspec.json.encode, nameless))) == len(nameless)
        used = {name for arms in pack.members.values() for name in arms.values()}
        assert used == {arm.name for arm in pack.config.arms}
        for number in pack.members:
            times.update((number, seed) for seed in pack.config.seeds)
            assert made.taken_out(pack, cells[number], number) == cells[number]
    assert times == {(number, seed): 1 for number, cell in cells.items() for seed in cell.seeds}


@pytest.mark.parametrize("preset", PRESETS)
def test_every_cell_gets_its_own_experiment_back(preset: str) -> None:
    dice = random.Random(preset)
    sound = 0
    for _ in range(200):
        asked = drawn(preset, dice)
        cells = configs_of(asked) if len(asked.cells) <= 12 else None
        if cells is None:
            continue
        most = dice.choice((1, 5, 12, 40, 4096, 10**6))
        found = list(packs(cells.items(), lambda _, most=most: most, asked.title))  # type: ignore[misc]
        check(cells, found, most)
        sound += 1
        if sound == 6:
            return
    pytest.fail(f"only {sound} sweeps of {preset} go together")


def test_what_cells_share_is_trained_once() -> None:
    asked = made.sweep_of({made.RATE: [0.2, 0.4, 0.6, 0.8]}, seeds=3)
    [pack] = made.packed(asked)
    assert [arm.name for arm in pack.config.arms] == [
        "dense-0", "ticket-1", "ticket-2", "ticket-3", "ticket-4",
    ]  # fmt: skip
    assert pack.members[3] == {"dense": "dense-0", "ticket": "ticket-4"}
    assert pack.config.arm("ticket-4").mask_from.arm == "dense-0"
    assert pack.config.arm("ticket-4").stream == "ticket"
    assert (pack.lanes, pack.steps) == (15, 15 * 60)


def test_what_differs_in_training_is_trained_apart_in_the_same_pack() -> None:
    asked = made.sweep_of({"train.learning_rate": [1e-2, 1e-3], "train.weight_decay": [0.5, 1.0]})
    [pack] = made.packed(asked)
    assert len(pack.config.arms) == 8
    assert len({(arm.learning_rate, arm.weight_decay) for arm in pack.config.arms}) == 4


@pytest.mark.parametrize(
    "axes",
    [{"model.d_hidden": [20, 24]}, {"train.threshold": [0.9, 0.95]}, {"task.p": [13, 17]}],
    ids=lambda axes: next(iter(axes)),
)
def test_cells_of_other_shapes_or_another_measure_are_in_other_packs(axes: dict[str, Any]) -> None:
    found = made.packed(made.sweep_of(axes))
    assert [list(pack.members) for pack in found] == [[0], [1]]


def test_seeds_are_split_where_a_cell_is_larger_than_a_pack() -> None:
    found = made.packed(made.sweep_of({made.RATE: [0.2]}, seeds=5), most=4)
    assert [pack.config.seeds for pack in found] == [(0, 1), (2, 3), (4,)]
    two = made.packed(made.sweep_of({made.RATE: [0.2, 0.4]}, seeds=2), most=1)
    assert [(list(pack.members), pack.config.seeds, pack.lanes) for pack in two] == [
        ([0], (0,), 2), ([0], (1,), 2), ([1], (0,), 2), ([1], (1,), 2),
    ], "a cell is whole"  # fmt: skip


def test_a_pack_has_no_more_lanes_than_a_run_may_have() -> None:
    asked = made.sweep_of({"train.weight_decay": [n / 10 for n in range(32)]}, seeds=1000)
    found = made.packed(asked, most=10**9)
    assert max(pack.lanes for pack in found) <= MAX_LANES
    check(configs_of(asked) or {}, found, 10**9)


def test_a_probe_that_names_arms_looks_at_those_of_every_cell() -> None:
    probed = made.TINY | {"probes": [{"probe": "norms", "arms": ["ticket"]}, "densities"]}
    [pack] = made.packed(made.sweep_of({made.RATE: [0.2, 0.4]}, probed))
    assert [probe.arms for probe in pack.config.probes] == [("ticket-1", "ticket-2"), ()]
    both = {"arms": [{"name": "twin", "draws_as": "dense"}, *made.TINY["arms"]]}
    probed |= both | {"probes": [{"probe": "norms", "arms": ["twin", "ticket", "dense"]}]}
    [pack] = made.packed(made.sweep_of({made.RATE: [0.2, 0.4]}, probed))
    assert pack.config.probes[0].arms == ("twin-0", "ticket-1", "ticket-2"), "each once"


def test_frozen_weights_are_the_same_whatever_the_decay_of_others() -> None:
    popup = {"name": "popup", "method": "edge-popup", "pruning_rate": 0.5, "scope": "layer"}
    base = made.TINY | {"arms": [{"name": "dense"}, popup]}
    [pack] = made.packed(made.sweep_of({"train.weight_decay": [0.5, 1.0]}, base))
    assert [arm.name for arm in pack.config.arms] == ["dense-0", "popup-1", "dense-2"]


def test_an_arm_that_stands_twice_in_a_cell_is_trained_once() -> None:
    twin = {"name": "twin", "draws_as": "dense"}
    base = made.TINY | {"arms": [*made.TINY["arms"], twin]}
    [pack] = made.packed(made.sweep_of({made.RATE: [0.5]}, base))
    assert pack.members[0] == {"dense": "dense-0", "ticket": "ticket-1", "twin": "dense-0"}


def test_long_names_stay_names() -> None:
    base = made.TINY | {"arms": [{"name": "x" * 40}, {"name": "x" * 39 + "y"}]}
    [pack] = made.packed(made.sweep_of({"train.weight_decay": [0.5, 1.0]}, base))
    names = [arm.name for arm in pack.config.arms]
    assert sorted(names) == sorted("x" * 38 + f"-{place}" for place in range(4))
