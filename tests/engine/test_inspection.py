"""When probes look at a lane, and what they are given to look at."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from grok_tui.engine import bits
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.events import MAX_SERIES, Series, decode, encode
from grok_tui.protocol.probing import PROBES, Probe
from tests.engine import tiny

if TYPE_CHECKING:
    from grok_tui.protocol.config import Config


def probed(config: Config, *probes: Probe) -> Config:
    return msgspec.structs.replace(config, probes=probes)


def steps(config: Config, name: str, arm: str = "dense") -> list[int]:
    """The steps at which an arm's log has a number of this name."""
    found = tiny.measured(tiny.run(config), arm)
    return [event.step for event in found if name in event.probes]


def test_a_probe_without_steps_of_its_own_looks_wherever_loss_is_measured() -> None:
    config = probed(tiny.tiny(steps=150), Probe(probe="norms"))
    measured = [event.step for event in tiny.measured(tiny.run(config), "dense")]
    assert steps(config, "norms/W_E/l1") == measured


def test_a_coarser_one_looks_at_its_multiples_and_at_the_end() -> None:
    config = probed(tiny.tiny(steps=310), Probe(probe="norms", every=103))
    assert steps(config, "norms/W_E/l1") == [0, 103, 206, 309, 310]


def test_a_lane_that_generalised_is_looked_at_where_it_would_end_and_no_further() -> None:
    config = tiny.tiny((tiny.DENSE,), steps=900, weight_decay=2.0, threshold=0.3)
    config = msgspec.structs.replace(
        config, train=msgspec.structs.replace(config.train, stop_after_generalised=33)
    )
    events = tiny.run(probed(config, Probe(probe="norms", every=200)))
    t_gen = tiny.reached(events, "dense", "generalised")
    assert t_gen is not None
    found = [event.step for event in tiny.measured(events, "dense") if event.probes]
    assert found[-1] == t_gen.step + 33 == tiny.ended(events, "dense").step


def test_a_lane_that_stands_between_measured_steps_goes_on() -> None:
    config = probed(tiny.tiny(steps=330), Probe(probe="norms"))
    lanes = tiny.experiment(config)
    events = lanes.begin()
    for _ in range(400):  # from 200 on every second step is measured, then every third
        events += lanes.advance(min(1, lanes.until_stop())) if lanes.running else []
    assert not lanes.running
    found = [event.step for event in tiny.measured(events, "dense") if event.probes]
    assert found == [event.step for event in tiny.measured(tiny.run(config), "dense")]


def test_it_looks_at_the_arms_that_it_names() -> None:
    config = probed(tiny.tiny(tiny.ALL), Probe(probe="norms", every=30, arms=("ticket", "l2")))
    assert steps(config, "norms/W_E/l1", "dense") == []
    assert steps(config, "norms/W_E/l1", "ticket") == [0, 30, 60]
    assert steps(config, "norms/W_E/l1", "l2") == [0, 30, 60]


def test_looking_changes_nothing_of_what_is_measured() -> None:
    plain = tiny.tiny(tiny.ALL)
    every = tuple(Probe(probe=name, every=20) for name in ("norms", "mask-distance", "spectrum"))
    assert tiny.values(tiny.run(probed(plain, *every)), "ticket") == tiny.values(
        tiny.run(plain), "ticket"
    )


def test_a_pruned_arm_shows_its_own_mask_and_a_dense_one_that_of_its_magnitudes() -> None:
    config = tiny.tiny((tiny.DENSE, Arm(name="random", method="random", pruning_rate=0.25)))
    events = tiny.run(probed(config, Probe(probe="densities", every=60, pruning_rate=0.9)))
    dense, pruned = (tiny.measured(events, arm)[0].probes for arm in ("dense", "random"))
    for probes, kept in ((dense, 0.1), (pruned, 0.75)):
        shares = {name: probes[f"densities/{name}"] for name in config.shapes()}
        counts = [
            share * math.prod(config.shapes()[name])
            for name, share in shares.items()
            if isinstance(share, float)
        ]
        assert sum(counts) == pytest.approx(round(kept * 1584), abs=1)


def test_the_end_of_a_lane_tells_how_far_its_masks_were_from_the_last() -> None:
    lanes = tiny.experiment(probed(tiny.tiny(steps=40), Probe(probe="mask-distance", every=10)))
    events = tiny.run_on(lanes, begin=True)
    series = {event.name: event for event in events if isinstance(event, Series)}
    (lane,) = lanes.finished
    found = series["mask-distance/to-last"]
    assert found.steps == (0, 10, 20, 30, 40)
    assert found.values[-1] == 0 < found.values[-2]
    assert found.values[-2] == tiny.measured(events, "dense")[-1].probes["mask-distance/net"]
    assert series["mask-distance/to-last/chance"].values == pytest.approx((0.75,) * 5, abs=1e-3)
    assert all(len(mask) == 1584 // 8 for _, mask in lane.masks)


def test_a_series_of_any_length_is_in_lines_that_can_be_read() -> None:
    lanes = tiny.experiment(tiny.tiny())
    lanes.begin()
    (lane,) = lanes.running.values()
    mask = bits.packed(torch.ones(lanes.layout.prunable_weights, dtype=torch.uint8))
    lane.masks = [(step, mask) for step in range(MAX_SERIES + 1)]
    lines = [decode(encode(event)[:-1]) for event in lanes.inspector.series(lane)]
    told = [event for event in lines if isinstance(event, Series)]
    assert [(event.name, len(event.steps)) for event in told] == [
        ("mask-distance/to-last", MAX_SERIES),
        ("mask-distance/to-last", 1),
        ("mask-distance/to-last/chance", MAX_SERIES),
        ("mask-distance/to-last/chance", 1),
    ]


def test_norms_are_those_of_the_weights_that_are_logged() -> None:
    config = probed(tiny.tiny((tiny.DENSE, tiny.TICKET)), Probe(probe="norms", every=30))
    for event in tiny.measured(tiny.run(config), "ticket"):
        layers = [event.probes.get(f"norms/{name}/l1") for name in config.shapes()]
        if event.probes:
            total = sum(layer for layer in layers if isinstance(layer, float))
            assert total == pytest.approx(event.l1_norm)


@pytest.mark.parametrize("name", PROBES)
def test_every_probe_looks_at_a_network_in_training(name: str) -> None:
    config = probed(tiny.tiny((tiny.DENSE, tiny.TICKET)), Probe(probe=name, every=50))
    events = tiny.run(config)
    for arm in ("dense", "ticket"):
        assert any(
            key.startswith(f"{name}/")
            for event in tiny.measured(events, arm)
            for key in event.probes
        )
