"""Drafts that are saved as presets of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from grok_tui.protocol import own
from grok_tui.protocol.gallery import Preset
from grok_tui.ui.draft import Base
from grok_tui.ui.drafting import suggested

if TYPE_CHECKING:
    from grok_tui.protocol.config import Config
    from grok_tui.ui.draft import Draft
    from grok_tui.ui.recipes import Pieces


class OfOne:
    """A draft of a preset of this name."""

    def __init__(self, name: str) -> None:
        preset = Preset("experiment", name, Path("x.toml"), "", "", "")
        none: Config = None  # type: ignore[assignment]
        pieces: Pieces = None  # type: ignore[assignment]
        self.base = Base(preset, none, {}, "", "", pieces, {})


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("fig1-paper", "my-fig1-paper"),
        ("\x1b]0;owned\x07\u202eMine", "my--0-owned-mine"),
        ("20261121-101500-early-tickets-abcd", "my-early-tickets"),
    ],
)
def test_a_name_is_suggested_that_can_be_taken(name: str, suggestion: str) -> None:
    found = suggested(cast("Draft", OfOne(name)))
    assert found == suggestion
    own.check_name(found)
