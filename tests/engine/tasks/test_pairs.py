"""The reference task, its split, and split files from strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import save_file

from grok_tui.engine import tasks
from grok_tui.engine.tasks.data import Placement
from grok_tui.engine.tasks.pairs import every
from grok_tui.errors import PresetError
from grok_tui.protocol.tasks import ModularAddition, ModularDivision, ModularSubtraction

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from grok_tui.engine.tasks.data import Data

PLACE = Placement(torch.device("cpu"), torch.float32)
FIVE, SIX = every(5, ordered=False), every(6, ordered=False)


def built(seed: int = 0, **fields: object) -> Data:
    return tasks.build(ModularAddition(**fields), seed, PLACE)  # type: ignore[arg-type]


def listed(chosen: Tensor) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in chosen.tolist()]


def test_pairs_are_listed_row_by_row() -> None:
    assert listed(every(2, ordered=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert listed(every(3, ordered=False)) == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    assert len(every(67, ordered=False)) == 2278


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
    train, test = set(listed(data.split["train_pairs"])), set(listed(data.split["test_pairs"]))
    assert train.isdisjoint(test)
    assert train | test == set(listed(every(p, ordered=False)))
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
        data.train.inputs, data.train.labels, listed(data.split["train_pairs"]), strict=True
    ):
        assert row.tolist() == [a, b]
        assert int(label) == (a + b) % 7


def split(path: Path, train: Tensor, test: Tensor) -> ModularAddition:
    save_file({"train_pairs": train.clone(), "test_pairs": test.clone()}, path)
    return ModularAddition(p=5, split_from=str(path))


def test_a_split_from_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    whole = FIVE.flip(1)
    task = split(tmp_path / "split.safetensors", whole[3:], whole[:3])
    data = tasks.build(task, 0, PLACE)
    assert listed(data.split["test_pairs"]) == [(0, 0), (0, 1), (0, 2)]
    assert len(data.split["train_pairs"]) == 12


@pytest.mark.parametrize(
    ("train", "test", "problem"),
    [
        (FIVE[3:], FIVE[:2], "14 pairs; expected all 15"),
        (FIVE[3:], FIVE[:4], "a pair stands twice"),
        (FIVE, FIVE[:0], "it is empty"),
        (SIX[6:], FIVE, "numbers from 0 to 4"),
        (FIVE[3:].float(), FIVE[:3], "expected .n, 2. of int64"),
        (FIVE[3:].flatten(), FIVE[:3], "expected .n, 2. of int64"),
        (FIVE.repeat(2, 1), FIVE[:3], "30 pairs; there are no more than 25"),
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


def test_where_order_counts_a_split_has_both_orders(tmp_path: Path) -> None:
    both = every(5, ordered=True).flip(0)
    file = tmp_path / "split.safetensors"
    split(file, both[5:], both[:5])
    data = tasks.build(ModularSubtraction(p=5, split_from=str(file)), 0, PLACE)
    assert listed(data.split["test_pairs"]) == [(4, 4), (4, 3), (4, 2), (4, 1), (4, 0)]
    assert data.test.labels[:, 0].tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(PresetError, match="a pair stands twice"):
        tasks.build(ModularAddition(p=5, split_from=str(file)), 0, PLACE)


def test_a_split_may_hold_no_pair_that_the_task_has_not(tmp_path: Path) -> None:
    both = every(5, ordered=True)
    file = tmp_path / "split.safetensors"
    split(file, both[5:], both[:5])
    with pytest.raises(PresetError, match=r"\(0, 0\) is no pair of this task"):
        tasks.build(ModularDivision(p=5, split_from=str(file)), 0, PLACE)


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
