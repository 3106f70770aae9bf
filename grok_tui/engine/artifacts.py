"""What is left of a lane for others to take: its mask, its weights at both ends, its split."""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save
from torch import Tensor

from grok_tui.engine import weights
from grok_tui.engine.splits import MARK
from grok_tui.errors import PresetError
from grok_tui.protocol.regular import open_regular
from grok_tui.protocol.saved import Left

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grok_tui.engine.lanes import Lane, Layout
    from grok_tui.protocol.disk import Disk

BLOCK = 1 << 20


def tensors(
    lane: Lane, layout: Layout, *, diverged: bool, trained: bool = False
) -> dict[str, Tensor]:
    """Named so that `weights_from` (prefix `init.` or `final.`) and `split_from` can read them.

    A lane that diverged has no final weights: what is left of them says nothing. `trained` says
    that it started from weights that know its training set (`splits.starts_trained`).
    """
    parts = {"mask": lane.rows.mask.to("cpu", torch.uint8), "init": lane.start}
    if not diverged:
        parts["final"] = lane.network().to("cpu")
    named = {
        f"{part}.{name}": view.clone(memory_format=torch.contiguous_format)
        for part, row in parts.items()
        for name, view in layout.views(row).items()
    }
    if trained:
        named[MARK] = torch.ones(1, dtype=torch.uint8)
    return named | {name: tensor.clone() for name, tensor in lane.data.split.items()}


def name(arm: str, seed: int) -> str:
    """The file's name; arm names are safe for paths by their pattern."""
    return f"{arm}-seed{seed}.safetensors"


def write(folder: Path, lane: Lane, named: dict[str, Tensor], disk: Disk) -> Left:
    """Put the artifact of a lane on disk, whole or not at all. Raises OSError."""
    data = save(named)
    disk.replace(folder / name(*lane.key), data)
    sha256 = hashlib.sha256(data).hexdigest()
    return Left(arm=lane.arm, seed=lane.seed, bytes=len(data), sha256=sha256)


def problem(folder: Path, left: Left) -> str:
    """What is wrong with an artifact; empty if it is the one that was written."""
    digest = hashlib.sha256()
    try:
        with os.fdopen(open_regular(folder / name(left.arm, left.seed)), "rb") as file:
            if os.fstat(file.fileno()).st_size != left.bytes:
                return "damaged"
            while block := file.read(BLOCK):
                digest.update(block)
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "damaged"
    return "" if digest.hexdigest() == left.sha256 else "damaged"


def put_aside_damaged(folder: Path, every: Iterable[Left], disk: Disk) -> list[str]:
    """Take the names of artifacts from files that are not those; a sentence for each.

    Nobody then takes wrong numbers for weights. What was logged of the lane does not depend on it.
    """
    said = []
    for left in every:
        if wrong := problem(folder, left):
            path = folder / name(left.arm, left.seed)
            with contextlib.suppress(OSError):  # most of all where it is missing
                disk.rename(path, path.with_name(f"{path.name}.damaged"))
            said.append(
                f"{path.name} is {wrong}: the mask and the weights of {left.arm} seed {left.seed} "
                "are lost, what was logged of it stands"
            )
    return said


def final(path: Path, layout: Layout, dtype: torch.dtype) -> Tensor:
    """The last weights of a lane (length,) on the CPU. Raises PresetError if they are not there."""
    return layout.row(weights.matrices(str(path), "final.", layout.shapes, "the artifact"), dtype)


def mask(path: Path, layout: Layout) -> Tensor:
    """The mask of a lane (length,), uint8 on the CPU. Raises PresetError if it is not there."""
    found = weights.read(str(path), "the artifact", [f"mask.{name}" for name in layout.shapes])
    for name, shape in layout.shapes.items():
        kept = found.get(f"mask.{name}")
        if kept is None or tuple(kept.shape) != shape or kept.dtype != torch.uint8:
            raise PresetError(str(path), "the artifact", f"its mask of {name} is not there")
    return layout.row({name: found[f"mask.{name}"] for name in layout.shapes}, torch.uint8)
