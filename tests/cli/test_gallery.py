"""The `presets` commands: what there is to run, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.cli import gallery
from grok_tui.protocol import gallery as pieces
from grok_tui.protocol import presets, toml

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_pieces_of_experiments_are_listed_by_what_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gallery.list_presets()
    listed = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    for kind in pieces.PIECES:
        for piece in pieces.presets(kind):
            assert [kind, piece.name] in listed
    assert ["model", "transformer"] in listed


def test_experiments_are_listed_before_figures_and_figures_in_their_order(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "folders", lambda: [tmp_path])
    gallery.list_presets()
    assert capsys.readouterr().out == "piece  name  about\n"
    (tmp_path / "figures").mkdir()
    for name in ("own", "quickstart", "figures/fig10", "figures/fig2"):
        (tmp_path / f"{name}.toml").write_text('title = "A title"\nabout = "What to see."')
    (tmp_path / "figures/fig3.toml").write_text("title = ")
    gallery.list_presets()
    lines = capsys.readouterr().out.splitlines()
    names = [" ".join(line.split()[:1]) for line in lines]
    assert names[:4] == ["preset", "quickstart", "own", ""]
    assert names[4:9] == ["figures", "fig2", "fig3", "fig10", ""]
    assert "not valid TOML" in lines[6]


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


def test_keys_that_only_a_preset_has_are_explained_where_arms_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gallery.show_preset("quickstart")
    out = capsys.readouterr().out
    assert "# rounds: Iterative pruning: arms NAME-1, NAME-2" in out
    assert "[one of exponential, linear]" in out
    assert "# repeat: Train this arm so many times" in out
    assert out.index("# rounds:") < out.index("[[arms]]")


def test_a_sentence_that_begins_with_a_number_stays_on_the_left(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "folders", lambda: [tmp_path])
    (tmp_path / "tasks").mkdir()
    for name, about in (
        ("many", "1000 images of digits, fetched when a run is started."),
        ("few", "A few."),
    ):
        (tmp_path / f"tasks/{name}.toml").write_text(f'about = "{about}"')
    gallery.list_presets()
    assert "task   few   A few." in capsys.readouterr().out.splitlines()
