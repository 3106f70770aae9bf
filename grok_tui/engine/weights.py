"""Tensors in and out of safetensors files: from strangers with care, ours without pickle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from grok_tui.errors import PresetError

if TYPE_CHECKING:
    from collections.abc import Mapping

_OTHER_FORMATS = {
    b"PK": "it is a zip archive, as torch.save writes it",
    b"\x80": "it is a pickle",
    b"\x89HDF": "it is an HDF5 file",
}


def read(path: str, key: str) -> dict[str, Tensor]:
    """Every tensor in the file, on the CPU. Raises PresetError naming the file and the key."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(9)
    except OSError as error:
        raise PresetError(path, key, (error.strerror or "it cannot be read").lower()) from None
    for mark, what in _OTHER_FORMATS.items():
        if head.startswith(mark) and head[8:] != b"{":  # eight bytes of length, then JSON
            raise PresetError(path, key, f"{what}; expected a safetensors file")
    try:
        with safe_open(path, framework="pt", device="cpu") as tensors:
            return {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError, MemoryError):
        raise PresetError(path, key, "it is not a whole safetensors file") from None


def named(found: Mapping[str, Tensor], name: str, key: str, path: str) -> Tensor:
    """The tensor of that name. Raises PresetError listing what is there."""
    if name in found:
        return found[name]
    there = ", ".join(sorted(found)[:6]) or "nothing"
    raise PresetError(path, key, f"no tensor {name}; the file has {there}")


def matrices(path: str, prefix: str, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """The weights of a model from a file. Raises PresetError for a shape, a type, a number."""
    key = "model.weights_from"
    found = read(path, key)
    return {name: _matrix(found, prefix + name, path, shape) for name, shape in shapes.items()}


def _matrix(found: Mapping[str, Tensor], name: str, path: str, shape: tuple[int, ...]) -> Tensor:
    key = "model.weights_from"
    tensor = named(found, name, key, path)
    if tuple(tensor.shape) != shape:
        problem = f"{name} is {_size(tensor.shape)}; expected {_size(shape)}"
        raise PresetError(path, key, problem)
    if not tensor.is_floating_point():
        raise PresetError(path, key, f"{name} is {tensor.dtype}; expected floating-point numbers")
    if not torch.isfinite(tensor.double()).all():  # the narrowest types cannot say it themselves
        raise PresetError(path, key, f"{name} has numbers that are not finite")
    return tensor


def _size(shape: tuple[int, ...] | torch.Size) -> str:
    return " x ".join(map(str, shape)) or "a single number"
