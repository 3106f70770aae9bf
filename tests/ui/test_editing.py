"""The user's editor: which it is, how it is called, and the file that it gets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grok_tui.errors import UsageError
from grok_tui.ui import editing

PYTHON = sys.executable


def test_visual_goes_before_editor_and_its_arguments_are_split() -> None:
    found = editing.command({"VISUAL": f"{PYTHON} -c 'import sys'", "EDITOR": "vi"})
    assert found == [PYTHON, "-c", "import sys"]
    assert editing.command({"VISUAL": " ", "EDITOR": PYTHON}) == [PYTHON]


@pytest.mark.parametrize("wanted", ["no-such-editor", "vi 'unbalanced", "; rm x"])
def test_an_editor_that_is_none_is_refused_by_name(wanted: str) -> None:
    with pytest.raises(UsageError, match=r"^\$EDITOR is .* expected a program that is installed"):
        editing.command({"EDITOR": wanted})


def test_without_a_wish_the_usual_ones_are_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="set EDITOR"):
        editing.command({})
    (tmp_path / "nano").write_text("#!/bin/sh\n")
    (tmp_path / "nano").chmod(0o755)
    assert editing.command({}) == ["nano"]


def test_an_editor_changes_the_file_and_no_shell_is_between(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "editor.py"
    script.write_text("import sys; open(sys.argv[-1], 'a').write(sys.argv[1])")
    path = editing.written("quickstart", "a\n")
    monkeypatch.setenv("VISUAL", f"{PYTHON} {script} '$(touch x); `b`'")
    editing.edit(path)
    assert path.read_text() == "a\n$(touch x); `b`"
    assert path.name == "quickstart.toml"
    assert path.parent.stat().st_mode & 0o077 == 0
    editing.forget(path)
    assert not path.parent.exists()


def test_an_editor_that_fails_is_not_taken_at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", f"{PYTHON} -c 'raise SystemExit(3)'")
    with pytest.raises(UsageError, match="ended with 3"):
        editing.edit(Path("x"))
