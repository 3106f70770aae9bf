"""Colours: everything that is read stands out from what it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.color import Color

from grok_tui.monitor import inks, paints
from grok_tui.monitor.svg import colour
from grok_tui.ui import themes
from grok_tui.ui.widgets import cells, paper

if TYPE_CHECKING:
    from textual.theme import Theme

READ, SEEN = 4.5, 3.0
"""What text and what lines need at least (WCAG 2.2, 1.4.3 and 1.4.11)."""
XTERM = (
    "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
    "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
)  # fmt: skip
"""xterm's own sixteen."""
NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
FULL = [themes.DARK, themes.LIGHT]
FEW = [themes.ANSI_DARK, themes.ANSI_LIGHT]


def contrast(one: str, other: str) -> float:
    low, high = sorted(_luminance(Color.parse(each)) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(of: Color) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in of.normalized
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ground(theme: Theme) -> str:
    if theme.ansi:
        return "#000000" if theme.dark else "#ffffff"
    return str(theme.background)


def seen(theme: Theme, name: str) -> str:
    """A colour of a theme as xterm shows it; the default one is black or white."""
    words = str(theme.variables.get(name) or getattr(theme, name)).removeprefix("ansi_")
    if not theme.ansi:
        return words
    if words == "default":
        return "#e5e5e5" if theme.dark else "#000000"
    number = NAMES.index(words.removeprefix("bright_"))
    return XTERM[number + (8 if words.startswith("bright_") else 0)]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", FULL, ids=lambda theme: str(theme.name))
@pytest.mark.parametrize(
    ("ink", "under"),
    [
        *((ink, "background") for ink in ("foreground", "muted", "primary", "success")),
        *((ink, "background") for ink in ("warning", "error")),
        *((ink, "panel") for ink in ("foreground", "muted", "primary")),
        ("foreground", "cursor"),
        ("on-cursor", "cursor-focused"),
        ("on-primary", "primary"),
    ],
)
def test_words_can_be_read_on_what_they_are_put_on(theme: Theme, ink: str, under: str) -> None:
    assert contrast(seen(theme, ink), seen(theme, under)) >= READ


@pytest.mark.parametrize("theme", FEW, ids=lambda theme: str(theme.name))
def test_of_sixteen_colours_those_are_taken_that_can_be_read(theme: Theme) -> None:
    for ink in ("primary", "warning", "error", "success"):
        assert contrast(seen(theme, ink), ground(theme)) >= 4.4
    assert contrast(seen(theme, "on-cursor"), seen(theme, "cursor-focused")) >= READ
    assert contrast(seen(theme, "on-primary"), seen(theme, "primary")) >= READ
    selection = [f"input-selection-{part}" for part in ("foreground", "background")]
    assert contrast(*(seen(theme, part) for part in selection)) >= READ


@pytest.mark.parametrize("theme", [*FULL, *FEW], ids=lambda theme: str(theme.name))
def test_every_role_of_words_but_rules_can_be_read(theme: Theme) -> None:
    numbers = cells.words(light=not theme.dark, few=theme.ansi)
    shown = {
        role: XTERM[number] if theme.ansi else colour(number)
        for role, number in numbers.items()
        if number is not None and role != paper.FAINT
    }
    assert {paper.INFO, paper.WARN, paper.BAD} <= set(shown)
    assert [role for role, ink in shown.items() if contrast(ink, ground(theme)) < 4.4] == []


@pytest.mark.parametrize("theme", FULL, ids=lambda theme: str(theme.name))
def test_lines_stand_out_and_so_do_the_dim_ones(theme: Theme) -> None:
    palette = [colour(number) for number in inks.palette(light=not theme.dark)]
    for arm in range(inks.HUES):
        assert contrast(palette[inks.role(arm)], ground(theme)) >= READ
        assert contrast(palette[inks.role(arm, dim=True)], ground(theme)) >= SEEN
    assert contrast(palette[0], ground(theme)) >= READ  # the numbers of an axis


@pytest.mark.parametrize("theme", FEW, ids=lambda theme: str(theme.name))
def test_the_first_hues_of_sixteen_stand_out(theme: Theme) -> None:
    palette = inks.palette(light=not theme.dark, few=True)
    for arm in range(4):
        for role in (inks.role(arm), inks.role(arm, dim=True)):
            assert contrast(XTERM[palette[role]], ground(theme)) >= SEEN


@pytest.mark.parametrize("theme", FULL, ids=lambda theme: str(theme.name))
def test_numbers_around_a_circle_can_be_read(theme: Theme) -> None:
    wheel = paints.colours(light=not theme.dark)[paints.WHEEL : paints.WHEEL + paints.WHEELS]
    assert [n for n in wheel if contrast(colour(n), ground(theme)) < READ] == []
