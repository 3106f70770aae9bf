"""The models, found by the kind of their section in a preset: a new one is a file in this folder.

The file of a kind has `model(section, shapes) -> Model`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from grok_tui.protocol.section import kind

if TYPE_CHECKING:
    from grok_tui.engine.models.model import Model
    from grok_tui.protocol.config import Config


def build(config: Config) -> Model:
    """The model of a run."""
    name = kind(config.model).replace("-", "_")
    found: Model = import_module(f"{__name__}.{name}").model(config.model, config.shapes())
    return found
