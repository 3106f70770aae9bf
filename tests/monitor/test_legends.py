"""Words of a chart: legends that fit, what is dashed, why it is empty."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from grok_tui.monitor import legends
from grok_tui.monitor.axes import Axis
from grok_tui.monitor.settings import Settings
from grok_tui.monitor.traces import Member, Trace

PLAIN = Settings()
WHOLE = Axis(1, 100, log=True)


def trace(letter: str, name: str = "", last: float = 0.5, group: str = "") -> Trace:
    return Trace(f"{letter}{group}", 1, (Member((1, 2), (0.0, last)),), letter, name, group=group)


ARMS = [trace("B", "grokked-ticket", 0.998), trace("A", "dense", 1.0)]


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (80, ["A dense 1", "B grokked-ticket 0.998"]),
        (30, ["A dense", "B grokked-ticket"]),
        (21, ["A dense", "B grokk…cket"]),
        (10, ["A", "B"]),
        (1, ["A"]),
        (0, []),
    ],
)
def test_a_legend_has_what_fits(width: int, words: list[str]) -> None:
    assert [text for text, _ in legends.legend(ARMS, width)] == words


def test_a_legend_takes_more_lines_before_it_shortens_names() -> None:
    def texts(width: int, most: int) -> list[list[str]]:
        return [[text for text, _ in line] for line in legends.lines(ARMS, width, most)]

    assert texts(24, 2) == [["A dense 1"], ["B grokked-ticket 0.998"]]
    assert texts(24, 1) == [["A dense", "B grokk…cket"]]
    assert texts(1, 1) == [["A"]]
    assert texts(0, 3) == texts(24, 0) == []


def test_the_dashed_lines_are_named_and_whose_they_are() -> None:
    train = trace("", group="A")
    assert legends.reference([train, *ARMS], "train_loss") == "── test  ╴╴ train of A"
    own = [replace(train, group=one.key) for one in ARMS]
    assert legends.reference([own[1], *ARMS], "d/net/chance") == "╴╴ chance of A"
    assert legends.reference([*own, *ARMS], "d/net/chance") == "╴╴ chance"
    assert legends.reference(ARMS, "") == ""


def test_how_it_is_drawn_in_words() -> None:
    zoomed = replace(PLAIN, window=(298.4, 2978.0), x="seconds", log_y=True, smoothing=0.9)
    assert legends.view(zoomed, follows=True) == "298\u20132.98k, following"
    assert legends.view(PLAIN, follows=False) == ""
    assert legends.scale(zoomed, "steps") == "log seconds, log y"
    assert legends.scale(PLAIN, "frequencies") == "log frequencies"
    assert legends.smoothing(zoomed) == "smoothed 0.9"
    assert legends.seeds(3, PLAIN) == "mean and range of 3 seeds"
    assert legends.seeds(1, PLAIN) == ""


def test_an_empty_chart_says_why() -> None:
    assert legends.emptiness(ARMS, PLAIN, WHOLE) == ""
    assert "memorised" in legends.emptiness([], replace(PLAIN, x="since"), WHOLE)
    hidden = replace(PLAIN, hidden=frozenset("AB"))
    assert "hidden" in legends.emptiness(ARMS, hidden, WHOLE)
    assert "0 shows all" in legends.emptiness(ARMS, PLAIN, Axis(50, 60))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1"),
        (0.98765, "0.988"),
        (0.00058, "5.8e-4"),
        (1.2e-12, "1.2e-12"),
        (31.456, "31.46"),
        (11574.3, "11574"),
        (1.5e6, "1.5M"),
        (math.nan, "\u2013"),
        (1e308, "1e308"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert legends.number(value) == text
