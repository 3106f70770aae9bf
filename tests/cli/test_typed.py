"""Errors that quote what was typed."""

from __future__ import annotations

import pytest

from grok_tui.cli.commands import app


@pytest.mark.parametrize(
    "words", [("note", "a", "b", "\u202ex"), ("\u202ex",), ("show", "a", "--\u202ex")]
)
def test_what_was_typed_steers_no_terminal(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        app(words)
    said = capsys.readouterr().err
    assert left.value.code == 2
    assert "\u202e" not in said
    assert "Error: " in said
    assert "x" in said.partition("Error: ")[2]
