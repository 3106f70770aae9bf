"""What stands after a hidden layer: plainly, and over buffers with its slope written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grok_tui.engine.workspace import Workspace

PLAIN: Mapping[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu, "gelu": F.gelu}
"""By the name in a preset, for autograd; gelu is z Phi(z) with the exact error function."""


class Activation(Protocol):
    """The activation of one hidden layer."""

    def forward(self, before: Tensor) -> Tensor:
        """Of the training set; what is in `before` is its own from now on."""
        ...

    def test(self, before: Tensor) -> Tensor:
        """Of the test set, in place; nothing of it is kept."""
        ...

    def backward(self, slope: Tensor) -> None:
        """From the slope after the last `forward` to that before it, in place."""
        ...


def activation(kind: str, workspace: Workspace, layer: str) -> Activation:
    """The activation of that name, `layer` being the name of what buffers it needs."""
    return Relu() if kind == "relu" else Gelu(workspace, layer)


class Relu:
    """max(0, z) in place: its slope is 1 where the result is above zero."""

    def __init__(self) -> None:
        self._after = torch.empty(0)

    def forward(self, before: Tensor) -> Tensor:
        """Overwrites `before`."""
        self._after = before.clamp_min_(0.0)
        return self._after

    def test(self, before: Tensor) -> Tensor:
        """Overwrites `before`."""
        return before.clamp_min_(0.0)

    def backward(self, slope: Tensor) -> None:
        """Zero where the layer is."""
        torch.ops.aten.threshold_backward.grad_input(slope, self._after, 0.0, grad_input=slope)


class Gelu:
    """z Phi(z), Phi the normal distribution; its slope needs z, which is kept."""

    def __init__(self, workspace: Workspace, layer: str) -> None:
        self._workspace, self._layer = workspace, layer
        self._before = torch.empty(0)

    def forward(self, before: Tensor) -> Tensor:
        """Into a buffer of its own."""
        self._before = before
        after = self._workspace.buffer(f"gelu {self._layer}", *before.shape)
        torch.ops.aten.gelu.out(before, out=after)
        return after

    def test(self, before: Tensor) -> Tensor:
        """Overwrites `before`."""
        torch.ops.aten.gelu_(before)
        return before

    def backward(self, slope: Tensor) -> None:
        """Times Phi(z) + z phi(z)."""
        torch.ops.aten.gelu_backward.grad_input(slope, self._before, grad_input=slope)
