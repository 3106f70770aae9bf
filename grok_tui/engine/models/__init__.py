"""The models, by the kind of their section in a preset. A new one: a file here and a line below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grok_tui.engine.models.mlp import CollapsedMlp
from grok_tui.engine.models.transformer import CollapsedTransformer
from grok_tui.protocol.models import Mlp, Transformer

if TYPE_CHECKING:
    from collections.abc import Callable

    from grok_tui.engine.models.model import Model
    from grok_tui.protocol.config import Config

MODELS: dict[type, Callable[[Any, Config], Model]] = {
    Mlp: CollapsedMlp,
    Transformer: CollapsedTransformer,
}


def build(config: Config) -> Model:
    """The model of a run."""
    return MODELS[type(config.model)](config.model, config)
