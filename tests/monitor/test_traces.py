"""What traces are at one place: values in order, differences, and who counts."""

from __future__ import annotations

import math

from grok_tui.monitor.traces import Member, Trace, newest, readings, value_at

STEPS = (0, 10, 20)


def trace(key: str, *members: Member, base: str = "") -> Trace:
    return Trace(key, 1, members, key[:1], key, base=base)


def of(*ys: float, done: bool = True) -> Member:
    return Member(STEPS[: len(ys)], ys, done)


def test_the_highest_comes_first_and_what_is_no_number_last() -> None:
    found = readings(
        [trace("low", of(1, 1)), trace("none", of(1, math.nan)), trace("high", of(1, 5))], 10
    )
    assert [one.trace.key for one in found] == ["high", "low", "none"]


def test_a_value_is_that_of_the_last_measurement_before() -> None:
    [found] = readings([trace("one", of(1, 2, 3))], 19)
    assert (found.value, found.at) == (2, 10)
    assert readings([trace("one", Member((5,), (1.0,)))], 4) == []


def test_several_members_are_their_mean_with_lowest_and_highest() -> None:
    [found] = readings([trace("all", of(1, 2), of(3, 6))], 10)
    assert (found.value, found.low, found.high, found.count) == (4, 2, 6, 2)


def test_one_that_is_no_number_does_not_count() -> None:
    [found] = readings([trace("all", of(1, math.inf), of(3, 6))], 10)
    assert (found.value, found.count) == (6, 1)


def test_one_that_has_ended_keeps_its_value_and_one_that_trains_has_none_yet() -> None:
    assert value_at(trace("ended", of(1, 2, done=True)), 15) == 2
    assert math.isnan(value_at(trace("trains", of(1, 2, done=False)), 15))
    assert value_at(trace("trains", of(1, 2, done=False)), math.inf) == 2


def test_the_difference_is_to_the_line_that_it_is_compared_with() -> None:
    found = readings([trace("dense", of(1)), trace("ticket", of(3), base="dense")], 0)
    assert [(one.trace.key, one.difference) for one in found] == [("ticket", 2), ("dense", None)]
    [alone] = readings([trace("ticket", of(3), base="dense")], 0)
    assert alone.difference is None


def test_a_line_without_a_label_is_not_read_out() -> None:
    assert readings([Trace("raw", 1, (of(1),))], 0) == []


def test_the_name_says_how_many_members_have_begun() -> None:
    assert trace("dense", of(1), of(1), of()).name == "dense (2)"
    assert trace("dense", of(1)).name == "dense"


def test_the_newest_place_of_all() -> None:
    assert newest([trace("a", of(1, 2)), trace("b", of(1), of(1, 2, 3))]) == 20
    assert newest([]) == 0
