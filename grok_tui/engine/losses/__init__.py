"""The losses, by the name that a task has. A new one: a file here and a line below."""

from __future__ import annotations

from grok_tui.engine.losses import cross_entropy, squared, squared_one_hot
from grok_tui.engine.losses.loss import Loss

LOSSES: dict[str, Loss] = {
    "cross-entropy": cross_entropy,
    "squared": squared,
    "squared-one-hot": squared_one_hot,
}

__all__ = ["LOSSES", "Loss"]
