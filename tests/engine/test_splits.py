"""Weights from a file bring their split along: no test pair of a run was trained on before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
import torch
from safetensors.torch import save_file

from grok_tui.engine import artifacts
from grok_tui.errors import PresetError
from grok_tui.protocol.models import Perceptron
from grok_tui.protocol.tasks import Digits
from tests.engine import tiny

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a finished dense lane of seed 5 leaves behind."""
    lanes = tiny.experiment(tiny.tiny(seeds=(5,), steps=3))
    tiny.run_on(lanes, begin=True)
    (lane,) = lanes.finished
    path = tmp_path_factory.mktemp("run") / artifacts.name(*lane.key)
    save_file(artifacts.tensors(lane, lanes.layout, diverged=False), path)
    return path


def taken_from(file: Path, prefix: str, **task: object) -> Config:
    config = tiny.tiny(seeds=(0,))
    model = msgspec.structs.replace(config.model, weights_from=str(file), weights_prefix=prefix)
    own = msgspec.structs.replace(config.task, **task)
    return msgspec.structs.replace(config, model=model, task=own)


def split(config: Config, seed: int = 0) -> str:
    return tiny.experiment(config).data(("dense", seed)).sha256


def test_trained_weights_bring_their_split_whatever_the_seed(file: Path) -> None:
    theirs = split(tiny.tiny(seeds=(5,)), 5)
    assert split(taken_from(file, "final.")) == theirs
    assert split(tiny.tiny(seeds=(0,))) != theirs


def test_initial_weights_go_with_every_split(file: Path) -> None:
    assert split(taken_from(file, "init.")) == split(tiny.tiny(seeds=(0,)))


def test_another_split_than_theirs_is_refused(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "split.safetensors"
    drawn = tiny.experiment(tiny.tiny(seeds=(1,))).data(("dense", 1)).split
    save_file({name: tensor.contiguous() for name, tensor in drawn.items()}, other)
    with pytest.raises(PresetError, match="trained with another split: its train_pairs"):
        split(taken_from(file, "final.", split_from=str(other)))


@pytest.mark.parametrize(
    "theirs", [torch.tensor(3), torch.zeros(10, dtype=torch.complex64), torch.zeros(9, 10)]
)
def test_what_is_no_split_at_all_is_another(tmp_path: Path, theirs: torch.Tensor) -> None:
    file = tmp_path / "w.safetensors"
    config = taken_from(file, "final.")
    task, model = Digits(train_images=10), Perceptron(widths=(4,), weights_from=str(file))
    save_file({"train_images": theirs}, file)
    with pytest.raises(PresetError, match="trained with another split: its train_images"):
        split(msgspec.structs.replace(config, task=task, model=model))


def test_the_same_split_in_another_order_is_no_other(file: Path, tmp_path: Path) -> None:
    same = tmp_path / "split.safetensors"
    theirs = tiny.experiment(tiny.tiny(seeds=(5,))).data(("dense", 5)).split
    save_file({name: tensor.flip(0).contiguous() for name, tensor in theirs.items()}, same)
    lanes = tiny.experiment(taken_from(file, "final.", split_from=str(same)))
    assert torch.equal(lanes.data(("dense", 0)).train.inputs, theirs["train_pairs"].flip(0))
