"""The table of values under the cursor, cell by cell."""

from __future__ import annotations

from grok_tui.monitor import readout
from grok_tui.monitor.traces import Member, Trace
from grok_tui.ui.widgets.readout import Found, place, table


def trace(letter: str, name: str, *values: float) -> Trace:
    members = tuple(Member((0,), (value,)) for value in values)
    return Trace(name, 1, members, letter, name, base="dense")


ACCURACY = [trace("A", "dense", 0.25, 0.75), trace("B", "ticket", 1.0, 1.0), trace("C", "c", 0.5)]
LOSS = [trace("A", "dense", 4.0, 4.0), trace("B", "ticket", 1e-7, 1e-7)]
FOUND = Found(
    "step 50", ["dense memorised"], ["accuracy", "loss"], readout.table([ACCURACY, LOSS], 0)
)

TICKET = " B ticket (2)                   1      +0.5              1 \u2013 1    1.0e-7"


def rows(width: int, height: int) -> list[str]:
    return ["".join(text for text, _ in row).rstrip() for row in table(FOUND, width, height)]


def test_every_line_is_a_row_with_its_values_and_how_far_it_is_from_dense() -> None:
    assert rows(80, 5) == [
        " step 50                 accuracy  to dense     range of seeds      loss",
        " dense memorised",
        TICKET,
        " A dense (2)                  0.5                  0.25 \u2013 0.75         4",
        " C c                          0.5         0",
    ]


def test_columns_for_which_there_is_no_room_are_left_out() -> None:
    assert rows(45, 5)[0] == " step 50                 accuracy  to dense"
    assert rows(35, 5)[0] == " step 50                 accuracy"


def test_rows_for_which_there_is_no_room_are_counted() -> None:
    assert rows(80, 3)[1:] == [TICKET, "   and 2 more"]


def test_on_a_wide_screen_what_stands_there_is_in_the_header() -> None:
    assert rows(160, 4)[0].endswith("loss   dense memorised")
    assert rows(160, 4)[1].startswith(" B ticket")


def test_places_in_words() -> None:
    assert [place("step", 1141), place("second", 0.5), place("step", 2e7)] == [
        "step 1141",
        "second 0.5",
        "step 20M",
    ]
