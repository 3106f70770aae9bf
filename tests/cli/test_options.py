"""Options of the program: anywhere in the line, and checked before anything starts."""

from __future__ import annotations

import pytest

from grok_tui.cli.options import Asked, checked, hoisted
from grok_tui.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["ls", "--runs-dir", "a"], ["--runs-dir", "a", "ls"]),
        (["show", "--runs-dir=a", "last"], ["--runs-dir=a", "show", "last"]),
        (["ls", "--runs-dir"], ["--runs-dir", "ls"]),
        (["run", "--", "--runs-dir", "a"], ["run", "--", "--runs-dir", "a"]),
        (["attach", "--no-mouse", "last"], ["--no-mouse", "attach", "last"]),
        (
            ["run", "quickstart", "--refresh", "2", "--set", "a=1", "--low-bandwidth"],
            ["--refresh", "2", "--low-bandwidth", "run", "quickstart", "--set", "a=1"],
        ),
    ],
)
def test_options_of_the_program_stand_anywhere(arguments: list[str], expected: list[str]) -> None:
    assert hoisted(arguments) == expected


def test_what_is_no_charset_or_theme_is_refused_in_a_sentence() -> None:
    asked = Asked(None, False, True, "auto", "ansi-light")
    assert checked(asked) == asked
    with pytest.raises(UsageError, match="--charset emoji: expected auto, braille, block or ascii"):
        checked(asked._replace(charset="emoji"))
    with pytest.raises(UsageError, match="--theme pink: expected auto, dark, light, ansi-dark or"):
        checked(asked._replace(theme="pink"))
