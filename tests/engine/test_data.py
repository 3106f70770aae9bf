"""The task, its split, and files from strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
import torch
from safetensors.torch import save_file

from grok_tui.engine import models, tasks
from grok_tui.engine.tasks.data import Placement
from grok_tui.engine.tasks.modular import pairs
from grok_tui.errors import PresetError
from grok_tui.protocol.tasks import ModularAddition
from tests.engine import tiny

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from grok_tui.engine.tasks.data import Data

PLACE = Placement(torch.device("cpu"), torch.float32)


def built(seed: int = 0, **fields: object) -> Data:
    return tasks.build(ModularAddition(**fields), seed, PLACE)  # type: ignore[arg-type]


def listed(chosen: Tensor) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in chosen.tolist()]


def test_pairs_are_unordered_and_row_by_row() -> None:
    assert listed(pairs(3)) == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    assert len(pairs(67)) == 2278


@pytest.mark.parametrize(("fraction", "train", "test"), [(0.4, 911, 1367), (0.5, 1139, 1139)])
def test_the_sizes_are_those_of_the_papers(fraction: float, train: int, test: int) -> None:
    data = built(train_fraction=fraction)
    assert (len(data.train.labels), len(data.test.labels)) == (train, test)


def test_the_training_set_is_the_exact_floor_of_the_fraction() -> None:
    assert int(0.41 * 300) == 122
    assert len(built(p=24, train_fraction=0.41).train.labels) == 123


@pytest.mark.parametrize("p", [3, 4, 10, 67])
def test_the_split_is_disjoint_complete_and_never_empty(p: int) -> None:
    data = built(p=p, train_fraction=0.5)
    train, test = set(listed(data.train_pairs)), set(listed(data.test_pairs))
    assert train.isdisjoint(test)
    assert train | test == set(listed(pairs(p)))
    assert train
    assert test


def test_the_split_depends_on_the_seed_and_on_nothing_else() -> None:
    torch.manual_seed(1)
    first = built(3).sha256
    torch.manual_seed(2)
    assert built(3).sha256 == first
    assert built(4).sha256 != first


def test_inputs_are_the_two_tokens_and_labels_are_their_sum() -> None:
    data = built(p=7, train_fraction=0.5)
    for row, label, (a, b) in zip(
        data.train.inputs, data.train.labels, listed(data.train_pairs), strict=True
    ):
        assert row.tolist() == [a, b]
        assert int(label) == (a + b) % 7


def test_initial_weights_depend_on_the_seed_and_differ_between_matrices() -> None:
    config = tiny.tiny()
    model = models.build(config)
    assert torch.equal(model.initial(1)["W_E"], model.initial(1)["W_E"])
    assert not torch.equal(model.initial(1)["W_E"], model.initial(2)["W_E"])
    flat = {name: drawn.flatten()[:5].tolist() for name, drawn in model.initial(1).items()}
    assert len({tuple(numbers) for numbers in flat.values()}) == 4


def split(path: Path, train: Tensor, test: Tensor) -> ModularAddition:
    save_file({"train_pairs": train.contiguous(), "test_pairs": test.contiguous()}, path)
    return ModularAddition(p=5, split_from=str(path))


def test_a_split_from_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    whole = pairs(5).flip(1)
    task = split(tmp_path / "split.safetensors", whole[3:], whole[:3])
    data = tasks.build(task, 0, PLACE)
    assert listed(data.test_pairs) == [(0, 0), (0, 1), (0, 2)]
    assert len(data.train_pairs) == 12


@pytest.mark.parametrize(
    ("train", "test", "problem"),
    [
        (pairs(5)[3:], pairs(5)[:2], "14 pairs; expected all 15"),
        (pairs(5)[3:], pairs(5)[:4], "a pair stands twice"),
        (pairs(5), pairs(5)[:0], "it is empty"),
        (pairs(6)[6:], pairs(5), "numbers from 0 to 4"),
        (pairs(5)[3:].float(), pairs(5)[:3], "expected .n, 2. of int64"),
        (pairs(5)[3:].flatten(), pairs(5)[:3], "expected .n, 2. of int64"),
    ],
)
def test_a_wrong_split_is_refused(
    tmp_path: Path, train: Tensor, test: Tensor, problem: str
) -> None:
    task = split(tmp_path / "split.safetensors", train, test)
    with pytest.raises(PresetError, match=problem) as error:
        tasks.build(task, 0, PLACE)
    assert "split.safetensors" in str(error.value)
    assert "_pairs" in str(error.value)


def test_a_file_without_the_tensor_says_what_it_has(tmp_path: Path) -> None:
    save_file({"other": torch.ones(2)}, tmp_path / "split.safetensors")
    task = ModularAddition(p=5, split_from=str(tmp_path / "split.safetensors"))
    with pytest.raises(PresetError, match="no tensor train_pairs; the file has other"):
        tasks.build(task, 0, PLACE)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00}.", "a pickle"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"", "not a whole safetensors file"),
        (b"\xff" * 64, "not a whole safetensors file"),
        (b"\x08\x00\x00\x00\x00\x00\x00\x00notjson!", "not a whole safetensors file"),
    ],
)
def test_other_formats_are_refused_by_their_content(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    file = tmp_path / "weights.safetensors"
    file.write_bytes(content)
    with pytest.raises(PresetError, match=problem):
        built(p=5, split_from=str(file))


def weights_from(file: Path, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    save_file(tensors, file)
    config = tiny.tiny()
    section = msgspec.structs.replace(config.model, weights_from=str(file), weights_prefix="x.")
    return models.build(msgspec.structs.replace(config, model=section)).initial(0)


def test_weights_come_from_a_file_with_a_prefix(tmp_path: Path) -> None:
    config = tiny.tiny()
    drawn = models.build(config).initial(9)
    prefixed = {f"x.{name}": tensor.double() for name, tensor in drawn.items()}
    found = weights_from(tmp_path / "w.safetensors", prefixed)
    for name, tensor in drawn.items():
        assert torch.equal(found[name].float(), tensor)


@pytest.mark.parametrize(
    ("tensor", "problem"),
    [
        (torch.ones(3, 3), "x.W_E is 3 x 3; expected 24 x 13"),
        (torch.ones(24, 13, dtype=torch.int64), "expected floating-point"),
        (torch.full((24, 13), float("nan")), "not finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path: Path, tensor: Tensor, problem: str) -> None:
    with pytest.raises(PresetError, match=problem):
        weights_from(tmp_path / "w.safetensors", {"x.W_E": tensor})


def test_weights_in_the_narrowest_types_are_taken(tmp_path: Path) -> None:
    drawn = models.build(tiny.tiny()).initial(9)
    narrow = {f"x.{name}": tensor.to(torch.float8_e4m3fn) for name, tensor in drawn.items()}
    found = weights_from(tmp_path / "w.safetensors", narrow)
    assert torch.equal(found["W_in"].float(), narrow["x.W_in"].float())


@pytest.mark.parametrize("factor", [0.0, 1e-60, 1e300])
def test_weights_without_a_norm_are_refused_before_they_reach_the_log(
    tmp_path: Path, factor: float
) -> None:
    config = tiny.tiny()
    drawn = models.build(config).initial(9)
    save_file({name: tensor.double() * factor for name, tensor in drawn.items()}, tmp_path / "w")
    section = msgspec.structs.replace(config.model, weights_from=str(tmp_path / "w"))
    with pytest.raises(PresetError, match="expected a finite one above 0"):
        tiny.run(msgspec.structs.replace(config, model=section))
