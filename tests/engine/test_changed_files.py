"""A run is not taken on with other data or other weights than it began with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.errors import PresetError, RunError
from tests.engine import runs, tiny
from tests.engine.runs import StopAtLook

if TYPE_CHECKING:
    from pathlib import Path


def test_a_split_that_changed_under_a_run_is_refused(tmp_path: Path) -> None:
    source = runs.new_run(tmp_path, tiny.tiny(seeds=(0, 1), steps=3))
    assert runs.train(source) == 0
    file = tmp_path / "split.safetensors"
    file.write_bytes((source.artifacts / "dense-seed0.safetensors").read_bytes())
    config = tiny.tiny(steps=100)
    task = msgspec.structs.replace(config.task, split_from=str(file))
    run = runs.new_run(tmp_path, msgspec.structs.replace(config, task=task))
    assert runs.train(run, StopAtLook(10)) == 130
    file.write_bytes((source.artifacts / "dense-seed1.safetensors").read_bytes())
    with pytest.raises(RunError, match="split of seed 0"):
        runs.train(run)
    file.write_bytes(b"PK")
    with pytest.raises(PresetError, match="zip archive"):
        runs.train(run)


def test_weights_that_changed_under_a_run_are_refused(tmp_path: Path) -> None:
    source = runs.new_run(tmp_path, tiny.tiny(seeds=(0, 1), steps=3))
    assert runs.train(source) == 0
    config = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=70)
    file = tmp_path / "weights.safetensors"
    file.write_bytes((source.artifacts / "dense-seed0.safetensors").read_bytes())
    model = msgspec.structs.replace(config.model, weights_from=str(file), weights_prefix="final.")
    run = runs.new_run(tmp_path, msgspec.structs.replace(config, model=model))
    assert runs.train(run, StopAtLook(10)) == 130
    good = file.read_bytes()
    file.write_bytes((source.artifacts / "dense-seed1.safetensors").read_bytes())
    with pytest.raises(RunError, match="not the file this run began with"):
        runs.train(run)
    file.write_bytes(good)
    assert runs.train(run) == 0
