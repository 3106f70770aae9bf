"""Values under the cursor as a table, and what is shown as rows for a file."""

from __future__ import annotations

from dataclasses import replace

from grok_tui.monitor.axes import Axis
from grok_tui.monitor.readout import shown, table
from grok_tui.monitor.settings import Settings
from grok_tui.monitor.traces import Member, Trace

STEPS = (0, 10, 20)
PLAIN = Settings(log_x=False)


def trace(key: str, *lines: tuple[float, ...]) -> Trace:
    members = tuple(Member(STEPS[: len(line)], line) for line in lines)
    return Trace(key, 1, members, key[:1], key)


def test_rows_are_in_the_order_of_the_first_chart_and_have_the_values_of_all() -> None:
    accuracy = [trace("a", (0.1, 0.2)), trace("b", (0.1, 0.9))]
    loss = [trace("a", (5.0, 4.0)), trace("c", (1.0, 1.0))]
    rows = table([accuracy, loss], 10)
    assert [row.trace.key for row in rows] == ["b", "a", "c"]
    values = [[value and value.value for value in row.values] for row in rows]
    assert values == [[0.9, None], [0.2, 4.0], [None, 1.0]]


def test_what_is_shown_is_what_is_visible_within_the_window() -> None:
    found = [trace("a", (1.0, 2.0, 3.0)), trace("b", (5.0, 6.0)), trace("c", (7.0,))]
    hidden = replace(PLAIN, hidden=frozenset("c"))
    assert list(shown(found, hidden, Axis(5, 20))) == [
        ("step", "a", "b"),
        (10, 2.0, 6.0),
        (20, 3.0, ""),
    ]


def test_several_members_are_mean_lowest_highest_and_how_many() -> None:
    found = [trace("a", (1.0, 2.0), (3.0, 4.0))]
    assert list(shown(found, PLAIN, Axis(0, 10))) == [
        ("step", "a mean", "a low", "a high", "a n"),
        (0, 2.0, 1.0, 3.0, 2),
        (10, 3.0, 2.0, 4.0, 2),
    ]
