"""Numbers and ranges as they are typed."""

from __future__ import annotations

import pytest

from grok_tui.errors import UsageError
from grok_tui.monitor.ranges import limits, number


@pytest.mark.parametrize(
    ("text", "found"),
    [("100 5000", (100, 5000)), ("1k to 1.5k", (1000, 1500)), ("-1, 2e3", (-1, 2000)), (" ", None)],
)
def test_two_numbers_or_nothing(text: str, found: object) -> None:
    assert limits(text) == found


@pytest.mark.parametrize("text", ["5", "1 2 3", "2 1", "1 1", "a b", "nan 1", "0 inf", "1e999 2"])
def test_what_is_no_range_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"expected|is no number"):
        limits(text)


def test_a_log_axis_begins_above_zero() -> None:
    assert limits("0 1") == (0, 1)
    with pytest.raises(UsageError, match="above 0"):
        limits("0 1", log=True)


def test_units() -> None:
    assert [number(text) for text in ("1200", "1.2k", "3M", "1e3")] == [1200, 1200, 3e6, 1000]
    with pytest.raises(UsageError):
        number("k")
