"""Initial weights: drawn by seed, or from the files of strangers."""

from __future__ import annotations

import json
import struct
import time
from typing import TYPE_CHECKING

import msgspec
import pytest
import torch
from safetensors.torch import save_file

from grok_tui.engine import models
from grok_tui.errors import PresetError
from tests.engine import tiny

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor


def test_initial_weights_depend_on_the_seed_and_differ_between_matrices() -> None:
    config = tiny.tiny()
    model = models.build(config)
    assert torch.equal(model.initial(1)["W_E"], model.initial(1)["W_E"])
    assert not torch.equal(model.initial(1)["W_E"], model.initial(2)["W_E"])
    flat = {name: drawn.flatten()[:5].tolist() for name, drawn in model.initial(1).items()}
    assert len({tuple(numbers) for numbers in flat.values()}) == 4


def weights_from(file: Path, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    save_file(tensors, file)
    return read_again(file)


def read_again(file: Path) -> dict[str, Tensor]:
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
        (torch.tensor(1.0), "x.W_E is a single number; expected 24 x 13"),
        (torch.ones([1] * 40), "x.W_E is of 40 dimensions; expected 24 x 13"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path: Path, tensor: Tensor, problem: str) -> None:
    with pytest.raises(PresetError, match=problem):
        weights_from(tmp_path / "w.safetensors", {"x.W_E": tensor})


def sparse(file: Path, shape: list[int], size: int) -> None:
    """A file with one tensor of zeros, `x.W_E`, that takes no room on the disk."""
    tensor = {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}
    header = json.dumps({"x.W_E": tensor}).encode()
    with file.open("wb") as opened:
        opened.write(struct.pack("<Q", len(header)) + header)
        opened.truncate(8 + len(header) + size)


def test_a_file_larger_than_memory_is_refused(tmp_path: Path) -> None:
    file, size = tmp_path / "w.safetensors", 1 << 43
    sparse(file, [size // 4], size)
    with pytest.raises(PresetError, match=r"it is larger than the memory|expected 24 x 13"):
        read_again(file)


def test_a_file_may_hold_many_other_tensors(tmp_path: Path) -> None:
    many = {f"other.{number}": torch.zeros(1) for number in range(20_000)}
    began = time.process_time()
    with pytest.raises(PresetError, match=r"no tensor x\.W_E; the file has other\.0, "):
        weights_from(tmp_path / "w.safetensors", many)
    assert time.process_time() - began < 20  # seconds of work, whatever else goes on here


def test_a_file_that_changes_later_changes_no_weights(tmp_path: Path) -> None:
    drawn = models.build(tiny.tiny()).initial(9)
    file = tmp_path / "w.safetensors"
    found = weights_from(file, {f"x.{name}": tensor for name, tensor in drawn.items()})
    with file.open("r+b") as opened:
        opened.truncate(0)
    assert all(torch.equal(found[name], tensor) for name, tensor in drawn.items())


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


def test_a_file_whose_length_looks_like_a_pickle_is_read(tmp_path: Path) -> None:
    """A safetensors file begins with the length of its head: with 0x80 once in 32 times."""
    drawn = {f"x.{name}": one for name, one in models.build(tiny.tiny()).initial(9).items()}
    notes = ({"note": "n" * 8 * length} for length in range(32))
    file = tmp_path / "w"
    while not file.exists() or file.read_bytes()[0] != 0x80:
        save_file(drawn, file, next(notes))
    section = msgspec.structs.replace(
        tiny.tiny().model, weights_from=str(file), weights_prefix="x."
    )
    found = models.build(msgspec.structs.replace(tiny.tiny(), model=section)).initial(0)
    assert torch.equal(found["W_in"], drawn["x.W_in"])
