"""Tensors in and out of safetensors files: from strangers with care, ours without pickle."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from grok_tui.errors import PresetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_SHOWN = 8
"""Dimensions that a message spells out."""
_OTHER_FORMATS = {
    b"PK": "it is a zip archive, as torch.save writes it",
    b"\x80": "it is a pickle",
    b"\x89HDF": "it is an HDF5 file",
}


def read(path: str, key: str, names: Iterable[str]) -> dict[str, Tensor]:
    """Those of these tensors that the file has, on the CPU: it may hold any number of others.

    They are mapped into memory: of one that is too large or of another shape nothing is read yet.
    Raises PresetError naming the file and the key.
    """
    with _opened(path, key) as tensors:
        there = set(tensors.keys())
        return {name: tensors.get_tensor(name) for name in names if name in there}


@contextmanager
def _opened(path: str, key: str) -> Iterator[Any]:
    """The file, if it is one of the kind that we read. Raises PresetError."""
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
            yield tensors
    except (MemoryError, RuntimeError):
        raise PresetError(path, key, "it is larger than the memory of this machine") from None
    except (SafetensorError, OSError, ValueError, TypeError):
        raise PresetError(path, key, "it is not a whole safetensors file") from None


def named(found: Mapping[str, Tensor], name: str, key: str, path: str) -> Tensor:
    """The tensor of that name. Raises PresetError listing what is there."""
    if name in found:
        return found[name]
    with _opened(path, key) as tensors:
        there = ", ".join(sorted(tensors.keys())[:6]) or "nothing"
    raise PresetError(path, key, f"no tensor {name}; the file has {there}")


def matrices(
    path: str, prefix: str, shapes: Mapping[str, tuple[int, ...]], key: str = "model.weights_from"
) -> dict[str, Tensor]:
    """The weights of a model from a file. Raises PresetError for a shape, a type, a number."""
    found = read(path, key, [prefix + name for name in shapes])
    return {
        name: _matrix(named(found, prefix + name, key, path), prefix + name, (path, key), shape)
        for name, shape in shapes.items()
    }


def _matrix(tensor: Tensor, name: str, blamed: tuple[str, str], shape: tuple[int, ...]) -> Tensor:
    path, key = blamed
    if tuple(tensor.shape) != shape:
        problem = f"{name} is {in_words(tensor.shape)}; expected {in_words(shape)}"
        raise PresetError(path, key, problem)
    if not tensor.is_floating_point():
        raise PresetError(path, key, f"{name} is {tensor.dtype}; expected floating-point numbers")
    if not torch.isfinite(tensor.double()).all():  # the narrowest types cannot say it themselves
        raise PresetError(path, key, f"{name} has numbers that are not finite")
    return tensor.clone()  # the file is no longer needed, and may change


def in_words(shape: Sequence[int]) -> str:
    """A shape as a message has it."""
    if len(shape) > MAX_SHOWN:
        return f"of {len(shape)} dimensions"
    return " x ".join(map(str, shape)) or "a single number"
