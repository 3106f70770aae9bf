"""The `presets` commands: what there is to run, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.cli import gallery
from grok_tui.protocol import presets, toml

if TYPE_CHECKING:
    import pytest


def test_the_pieces_of_experiments_are_listed_by_what_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gallery.list_presets()
    listed = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    for kind in presets.PIECES:
        for piece in presets.gallery(kind):
            assert [kind, piece.name] in listed
    assert ["model", "transformer"] in listed


def test_a_shown_transformer_is_documented_toml_that_loads_equal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gallery.show_preset("paper-transformer")
    out = capsys.readouterr().out
    config, _ = presets.load("paper-transformer")
    assert presets.resolve(toml.parse(out.encode(), "shown"), "shown") == config
    assert "# Number of attention heads. [a whole number from 1 to 64]\nheads = 1" in out
    assert "positions = false" in out
    assert "d_hidden" not in out
