"""Weights that an arm started from are initial ones only if they know nothing of a training set."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grok_tui.engine import splits
from grok_tui.protocol.arms import Arm, MaskFrom
from tests.engine import runs, tiny
from tests.engine.test_splits import split, taken_from


def test_initial_weights_that_know_a_training_set_bring_their_split(tmp_path: Path) -> None:
    ticket = Arm(
        name="ticket", method="magnitude", pruning_rate=0.6, mask_from=MaskFrom(arm="dense", at=3)
    )
    late = Arm(name="late", rewind_to=3, rewind_arm="dense")
    run = runs.new_run(tmp_path, tiny.tiny((tiny.DENSE, ticket, late), seeds=(5,), steps=3))
    runs.train(run)
    theirs = split(tiny.tiny(seeds=(5,)), 5)
    for arm in ("ticket", "late"):
        assert split(taken_from(run.artifacts / f"{arm}-seed5.safetensors", "init.")) == theirs
    dense = run.artifacts / "dense-seed5.safetensors"
    assert split(taken_from(dense, "init.")) == split(tiny.tiny(seeds=(0,)))


def test_weights_that_are_trained_on_know_it_for_ever() -> None:
    config = taken_from(Path("w.safetensors"), "final.")
    assert splits.starts_trained(config, tiny.DENSE)
    redrawn = msgspec.structs.replace(tiny.DENSE, init="redrawn")
    assert not splits.starts_trained(config, redrawn)
