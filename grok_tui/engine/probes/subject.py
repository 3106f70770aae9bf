"""What a probe may look at: one lane at one step, on the CPU and in float64."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from grok_tui.engine.tasks.data import Examples
    from grok_tui.protocol.models import Model
    from grok_tui.protocol.probing import Probe
    from grok_tui.protocol.tasks import Task


@dataclass(frozen=True, eq=False)
class Subject:
    """One lane after so many updates. Matrices are out x in; W_U is transposed (design.md)."""

    weights: Mapping[str, Tensor]
    """Every tensor of the model by name, in layer order; what the lane's own mask prunes is 0."""
    masks: Mapping[str, Tensor]
    """Of each matrix that can be pruned, in layer order: uint8 in its shape, 1 kept, 0 pruned. The
    lane's own mask; of a lane that prunes nothing the magnitude mask of its weights now, at the
    rate `probe.pruning_rate`."""
    earlier: Mapping[str, Tensor] | None
    """What `masks` was when this probe looked at this lane before; None the first time."""
    task: Task
    """The section of the task that the lane learns."""
    model: Model
    """The section of the network."""
    probe: Probe
    """The section of the probe: its settings."""
    logits: Callable[[Tensor], Tensor]
    """The network with these weights: logits (n, classes) of inputs (n, 2), or (n, numbers)."""
    train: Examples
    """What the lane learns from."""
    test: Examples
    """What it is tested on."""
