"""What the tasks about images share: grey values as examples, and their split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import seeds
from grok_tui.engine.tasks.data import Examples

if TYPE_CHECKING:
    from grok_tui.engine.tasks.data import Placement


def shuffled(count: int, seed: int) -> Tensor:
    """The numbers of all images in an order of the seed's: the first are trained on."""
    return torch.randperm(count, generator=seeds.generator("split", seed))


def examples(pair: tuple[Tensor, Tensor], chosen: Tensor, white: int, at: Placement) -> Examples:
    """Those images of a pair (grey values, classes), from 0 for black to 1 for `white`."""
    grey, classes = pair
    inputs = grey[chosen].to(at.dtype) / white
    return Examples(inputs.to(at.device), classes[chosen][:, None].to(at.device))
