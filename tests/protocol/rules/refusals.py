"""What the rules say of a small experiment with something wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import presets

if TYPE_CHECKING:
    from grok_tui.protocol.config import Config

Table = dict[str, Any]

DENSE: Table = {"name": "dense"}
TICKET: Table = {
    "name": "ticket",
    "method": "magnitude",
    "pruning_rate": 0.6,
    "mask_from": {"arm": "dense", "at": "generalised"},
}
POPUP: Table = {"name": "popup", "method": "edge-popup", "scope": "layer", "pruning_rate": 0.6}


def experiment(*arms: Table, **more: object) -> Config:
    """The experiment of a dense arm and these. Raises PresetError."""
    return presets.resolve({"title": "A test", "arms": [DENSE, *arms], **more}, "a test")


def refusal(*arms: Table, **more: object) -> str:
    """Key and problem of the one sentence in which the experiment is refused."""
    with pytest.raises(PresetError) as caught:
        experiment(*arms, **more)
    assert "\n" not in str(caught.value)
    return f"{caught.value.key}: {caught.value.problem}"
