"""Paths that cannot be are refused like those that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import presets
from grok_tui.protocol.paths import expanded, is_file

TEXT = 'title = "t"\ntask = "modular-addition"\nmodel = "mlp"\narms = ["dense"]\n'
LONG = "a" * 300


def test_a_home_is_filled_in_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert expanded("~/x.toml") == Path("/home/ada/x.toml")
    assert expanded("~nobody-has-this-name/x.toml") == Path("~nobody-has-this-name/x.toml")


def test_what_cannot_be_a_path_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert is_file(tmp_path / "file")
    assert not any(is_file(tmp_path / name) for name in ("", "other", LONG, "a\0b"))


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("preset", "~nobody-has-this-name/x.toml", "there is no such file"),
        ("preset", LONG, "no such preset"),
        ("task.split_from", "~nobody-has-this-name/x", "there is no file"),
        ("task.split_from", LONG, "there is no file"),
        ("model.weights_from", LONG, "there is no file"),
        ("task", LONG, "no such task preset"),
    ],
)
def test_such_paths_in_a_preset_are_refused(
    tmp_path: Path, key: str, value: str, problem: str
) -> None:
    file = tmp_path / "own.toml"
    top = f'preset = "{value}"\n' if key == "preset" else ""
    file.write_text(top + TEXT)
    with pytest.raises(PresetError, match=problem):
        presets.load(str(file), () if top else (f"{key}={value}",))
