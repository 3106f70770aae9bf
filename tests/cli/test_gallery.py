"""The `presets` commands: what there is to run, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.cli import gallery
from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps import design
from grok_tui.protocol import gallery as pieces
from grok_tui.protocol import presets, toml
from grok_tui.protocol.schema import fields
from grok_tui.protocol.sweeps import Axis, Stop, Sweep

if TYPE_CHECKING:
    from pathlib import Path


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


def test_sweeps_are_listed_behind_experiments(capsys: pytest.CaptureFixture[str]) -> None:
    gallery.list_presets()
    lines = capsys.readouterr().out.splitlines()
    [at] = [index for index, line in enumerate(lines) if line.split()[:2] == ["sweep", "title"]]
    assert lines[at - 1] == ""
    end = lines.index("", at)
    names = [line.split()[0] for line in lines[at + 1 : end]]
    assert names == [one.name for one in pieces.presets("sweep")]
    assert lines[end + 1].split() == ["piece", "name", "about"]


def test_a_shown_sweep_is_documented_toml_that_is_the_same_sweep(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gallery.show_preset("rate-by-fraction")
    out = capsys.readouterr().out
    asked = design.read("rate-by-fraction")
    again = design.of_table(toml.parse(out.encode(), "shown"), "shown")
    assert (again.cells, again.seeds) == (asked.cells, asked.seeds)
    assert again.config(again.cells[-1]) == asked.config(asked.cells[-1])
    documented = [*fields(Sweep), *fields(Axis), *fields(Stop)]
    for field in documented:
        assert " ".join(field.doc.split()) in out


def test_a_sweep_is_shown_and_checked_by_name_and_as_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'preset = "quickstart"\ntitle = "Own"\n[sweep]\nseeds = 2\n'
        '[sweep.axes]\n"task.train_fraction" = [0.4, 0.5, 0.6]\n'
    )
    gallery.check_preset(str(path))
    assert capsys.readouterr().out == "ok: 3 cells x 2 seeds, 36 lanes of Own\n"
    gallery.show_preset(str(path))
    assert '[sweep.axes."task.train_fraction"]' in capsys.readouterr().out
    gallery.check_preset("decay")
    assert capsys.readouterr().out.startswith("ok: 42 cells x 3 seeds")
    path.write_text(path.read_text().replace("0.6]", "1.6]"))
    with pytest.raises(
        PresetError, match=r"train_fraction: expected .* where task\.train_fraction=1\.6"
    ):
        gallery.check_preset(str(path))


def test_what_is_neither_is_said_as_of_a_preset() -> None:
    with pytest.raises(PresetError, match="no such preset; expected a file or one of quickstart"):
        gallery.show_preset("quickstrat")
