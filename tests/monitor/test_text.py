"""One door for text: nothing that passes it steers a terminal or breaks a layout."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grok_tui.monitor.text import columns, narrowed, safe, safe_lines, shortened, tamed

BAD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    "evil",
    [
        "\x1b]0;title\x07",
        "\x1b[2J",
        "\x9b31m",
        "\x90dcs\x9c",
        "\x07\x7f\x00",
        "\u202eright to left\u2066",
        "\u200bzero\u200d width\ufeff",
        "\ud800 lone surrogate",
        "\ue000 private",
        "\u2028line\u2029paragraph",
        "\U000e0041 tag",
        "\u0378 unassigned",
    ],
)
def test_characters_that_steer_become_replacement_characters(evil: str) -> None:
    shown = safe(evil)
    assert "\ufffd" in shown
    assert not {unicodedata.category(character) for character in shown} & (BAD - {"So"})
    assert all(unicodedata.category(character) not in BAD for character in shown)


def test_plain_text_comes_through_as_it_is() -> None:
    assert safe("A grokked ticket [bold]100%[/]") == "A grokked ticket [bold]100%[/]"
    assert safe("θ_0 ⊙ m, Žluťoučký") == "θ_0 ⊙ m, Žluťoučký"


def test_tabs_and_line_ends_become_spaces() -> None:
    assert safe("a\tb\nc\rd") == "a b c d"


def test_text_is_composed() -> None:
    assert safe("e\u0301") == "\u00e9"


def test_at_most_three_marks_stand_on_a_letter() -> None:
    assert safe("x" + "\u0332" * 50) == "x" + "\u0332" * 3


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abcdef", 1, "…"),
        ("abcdef", 0, ""),
        ("表表表", 6, "表表表"),
        ("表表表", 5, "表表…"),
        ("表表表", 4, "表…"),
        ("表表表", 0, ""),
        ("x\u0332y\u0332z", 3, "x\u0332y\u0332z"),
        ("x\u0332y\u0332zz", 3, "x\u0332y\u0332…"),
    ],
)
def test_what_is_too_wide_is_cut_with_an_ellipsis(text: str, width: int, shown: str) -> None:
    assert safe(text, width) == shown


@given(st.text(alphabet=st.characters(), max_size=60), st.integers(0, 30))
def test_any_text_is_harmless_and_no_wider_than_asked(text: str, width: int) -> None:
    shown = safe(text, width)
    assert columns(shown) <= width
    assert all(unicodedata.category(character) not in BAD for character in shown)
    assert "\n" not in shown


def test_a_megabyte_is_cut_before_it_is_looked_at() -> None:
    assert len(safe("\x1b" * 1_000_000, 10**7)) == 10_000


def test_what_is_typed_in_is_not_cut_and_keeps_its_lines() -> None:
    long = "x" * 20_000
    assert tamed(f"a\x1b\u202eb\u00e9\n\tc{long}") == f"a\ufffd\ufffdb\u00e9\n\ufffdc{long}"


def test_a_heart_is_as_wide_in_a_row_as_alone() -> None:
    """A selector would make it two columns wide for those who measure rows, one for the others."""
    assert safe("\u2764\ufe0f" * 3, 3) == tamed("\u2764\ufe0f" * 3) == "\u2764" * 3


def test_lines_are_kept_apart_and_the_last_ones_win() -> None:
    assert safe_lines("Traceback\n\tFile\x1b[2J\nError") == [
        "Traceback",
        "    File\ufffd[2J",
        "Error",
    ]
    assert safe_lines("1\n2\n3", lines=2) == ["2", "3"]
    assert safe_lines("") == []


@pytest.mark.parametrize(
    ("name", "width", "short"),
    [
        ("ticket-at-12000", 15, "ticket-at-12000"),
        ("ticket-at-12000", 14, "ticket-…-12000"),
        ("ticket-at-12000", 9, "tick…2000"),
        ("ticket-at-12000", 3, "t…0"),
        ("ticket-at-12000", 2, "t…"),
        ("ticket-at-12000", 0, ""),
        ("表表表表表", 7, "表…表"),
    ],
)
def test_a_name_is_shortened_in_its_middle(name: str, width: int, short: str) -> None:
    assert shortened(name, width) == short


@given(st.text(max_size=60), st.integers(0, 40))
def test_a_shortened_name_takes_no_more_than_its_room(name: str, width: int) -> None:
    assert columns(shortened(name, width)) <= width


def test_only_the_names_of_a_table_give_way() -> None:
    rows = [("arm", "t_gen"), ("ticket-at-the-step-12000", "53 (50-178)")]
    assert narrowed(rows, 80) == rows
    assert narrowed(rows, 30) == [("arm", "t_gen"), ("ticket-a…ep-12000", "53 (50-178)")]
    assert narrowed(rows, 5)[1] == ("tick…000", "53 (50-178)")
