"""What is left of a lane for others to take: its mask, its weights at both ends, its split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import weights
from grok_tui.engine.splits import MARK
from grok_tui.errors import PresetError

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.engine.lanes import Lane, Layout


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
