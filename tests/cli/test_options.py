"""Options of the program: anywhere in the line, and checked before anything starts."""

from __future__ import annotations

import pytest

from grok_tui.cli.opening import Asked
from grok_tui.cli.options import checked
from grok_tui.errors import UsageError


def test_what_is_no_charset_or_theme_is_refused_in_a_sentence() -> None:
    asked = Asked(None, False, True, "auto", "ansi-light")
    assert checked(asked) == asked
    with pytest.raises(UsageError, match="--charset emoji: expected auto, braille, block or ascii"):
        checked(asked._replace(charset="emoji"))
    with pytest.raises(UsageError, match="--theme pink: expected auto, dark, light, ansi-dark or"):
        checked(asked._replace(theme="pink"))
