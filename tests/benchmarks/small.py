"""Both models, so small that a step takes no time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.protocol.arms import Arm
from grok_tui.protocol.config import Config, Train
from grok_tui.protocol.models import Mlp, Transformer
from grok_tui.protocol.tasks import ModularAddition

if TYPE_CHECKING:
    from grok_tui.protocol.benchmark import ModelName


def _small(model: Mlp | Transformer) -> Config:
    return Config(
        title="Small",
        task=ModularAddition(p=11, train_fraction=0.6),
        model=model,
        arms=(Arm(name="dense"),),
        train=Train(learning_rate=1e-2),
    )


SMALL: dict[ModelName, Config] = {
    "mlp": _small(Mlp(d_embedding=20, d_hidden=16)),
    "transformer": _small(Transformer(d_model=12, heads=2, d_head=5, d_mlp=10)),
}
