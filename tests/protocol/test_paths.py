"""Paths that cannot be are refused like those that are not there."""

from __future__ import annotations

import pwd
import shlex
from pathlib import Path

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import crash, own, presets
from grok_tui.protocol.paths import (
    config_folder,
    expanded,
    hint,
    is_file,
    runs_meant,
    state_folder,
)

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


def test_the_runs_that_are_meant_are_those_of_the_environment_or_of_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert runs_meant({}) == runs_meant({"GROK_TUI_RUNS": ""}) == tmp_path / "runs"
    assert runs_meant({"GROK_TUI_RUNS": "/data/x"}) == Path("/data/x")


def test_a_hint_can_be_pasted_where_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GROK_TUI_RUNS", raising=False)
    assert hint("attach a", Path("runs")) == "`grok-tui attach a`"
    assert hint("ls", tmp_path / "runs") == "`grok-tui ls`"
    other = tmp_path / "it's mine"
    quoted = shlex.quote(str(other))
    assert hint("attach a", other) == f"`grok-tui --runs-dir {quoted} attach a`"
    monkeypatch.setenv("GROK_TUI_RUNS", str(other))
    assert hint("attach a", other) == "`grok-tui attach a`"


def test_what_the_program_remembers_lies_in_the_state_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert state_folder({}) == Path("/home/ada/.local/state/grok-tui")
    assert state_folder({"XDG_STATE_HOME": "/state"}) == Path("/state/grok-tui")
    assert state_folder({"XDG_STATE_HOME": "~/state"}) == Path("/home/ada/state/grok-tui")
    assert config_folder({"XDG_CONFIG_HOME": "not/absolute"}) == Path("/home/ada/.config/grok-tui")


def test_nothing_is_kept_where_nobody_knows_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder named `~` was made wherever the program was started."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
    assert crash.keep("a report") is None
    with pytest.raises(PresetError, match="expected a folder to write in"):
        own.save("mine", TEXT)
    assert presets.load("quickstart")[1] == "quickstart"
    assert list(tmp_path.iterdir()) == []
    assert state_folder({"XDG_STATE_HOME": "/state"}) == Path("/state/grok-tui")
