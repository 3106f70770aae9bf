"""What probes found: columns by name, what was seen before stays as it was, and limits hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.probed import MAX_NAME, MAX_NAMES, MAX_VECTOR
from grok_tui.protocol.events import Series
from grok_tui.protocol.series import series_lines
from tests import fakes

if TYPE_CHECKING:
    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.protocol.events import Measured, ProbeValue

FATE = fakes.Fate(5, 20)


def at(step: int, **probes: ProbeValue) -> Measured:
    """A measurement with these probes; _ in a name stands for /."""
    named = {name.replace("_", "/"): value for name, value in probes.items()}
    return msgspec.structs.replace(fakes.measured("a", 0, step, FATE), probes=named)


def series(name: str, *points: tuple[int, float]) -> Series:
    steps, values = zip(*points, strict=True)
    return Series(arm="a", seed=0, name=name, steps=steps, values=values)


def lane(history: History) -> LaneHistory:
    return history.lanes["a", 0]


def points(history: History, name: str) -> list[tuple[float, float]]:
    probe = lane(history).probes[name]
    return list(zip(probe.steps, probe.values, strict=True))


def test_a_number_has_a_column_of_the_steps_at_which_it_was_measured() -> None:
    history = fold(EMPTY, [at(0, fe_in=3.4, fe_out=3.5), at(1), at(2, fe_in=3.3)])
    assert points(history, "fe/in") == [(0, 3.4), (2, 3.3)]
    assert points(history, "fe/out") == [(0, 3.5)]
    assert list(lane(history).steps) == [0, 1, 2]


def test_a_vector_is_kept_whole_at_each_of_its_steps() -> None:
    history = fold(EMPTY, [at(0, s=(1.0, 2.0)), at(3, s=()), at(7, s=(4.0, 5.0, 6.0))])
    vectors = lane(history).vectors["s"]
    assert (len(vectors), list(vectors.steps)) == (3, [0, 3, 7])
    assert [vectors.at(index) for index in range(3)] == [(1, 2), (), (4, 5, 6)]
    assert vectors.at(-1) == (4, 5, 6)
    for index in (3, -4):
        with pytest.raises(IndexError):
            vectors.at(index)


def test_a_series_is_a_probe_in_one_piece_or_in_several() -> None:
    whole = series("d/last", (0, 0.7), (10, 0.4), (20, 0.0))
    assert points(fold(EMPTY, [whole]), "d/last") == [(0, 0.7), (10, 0.4), (20, 0.0)]
    steps = range(20_000)
    pieces = list(series_lines("a", 0, "d/last", steps, [float(step) for step in steps]))
    assert len(pieces) == 2
    history = EMPTY
    for piece in pieces:
        history = fold(history, [piece])
    assert points(history, "d/last") == [(step, step) for step in steps]


def test_steps_that_do_not_rise_are_left_out() -> None:
    found = [at(5, x=1.0, v=(1.0,)), at(5, x=2.0, v=(2.0,)), at(3, x=3.0, v=(3.0,))]
    history = fold(EMPTY, [*found, series("x", (4, 9.0), (6, 4.0), (6, 9.0))])
    assert points(history, "x") == [(5, 1.0), (6, 4.0)]
    assert list(lane(history).vectors["v"].steps) == [5]


def test_an_older_history_does_not_see_what_came_after() -> None:
    past = fold(EMPTY, [at(0, x=1.0, v=(1.0, 2.0))])
    left = fold(past, [at(1, x=2.0, v=(3.0,))])
    right = fold(past, [at(2, x=3.0, v=()), at(3, x=4.0, v=(9.0,))])
    assert points(past, "x") == [(0, 1.0)]
    assert points(left, "x") == [(0, 1.0), (1, 2.0)]
    assert points(right, "x") == [(0, 1.0), (2, 3.0), (3, 4.0)]
    rows = [lane(one).vectors["v"] for one in (past, left, right)]
    assert [[row.at(n) for n in range(len(row))] for row in rows] == [
        [(1, 2)],
        [(1, 2), (3,)],
        [(1, 2), (), (9,)],
    ]


def test_what_found_nothing_new_is_the_very_same() -> None:
    past = fold(EMPTY, [at(0, x=1.0)])
    assert lane(fold(past, [at(1)])).found is lane(past).found


def test_a_lane_that_starts_again_has_no_probes() -> None:
    config = fakes.config()
    start = fakes.lane_started(config, "dense", 0, FATE)
    old = msgspec.structs.replace(fakes.measured("dense", 0, 9, FATE), probes={"x": 1.0})
    again = fold(fold(EMPTY, [start, old]), [start]).lanes["dense", 0]
    assert (dict(again.probes), again.found.left_out) == ({}, 0)


class TestLimits:
    """A log may say anything: what is kept of it is bounded, and the rest is counted."""

    def test_of_too_many_names_the_first_are_kept(self) -> None:
        many = {f"n{number}": float(number) for number in range(100_000)}
        event = msgspec.structs.replace(fakes.measured("a", 0, 1, FATE), probes=many)
        later = msgspec.structs.replace(event, step=2)
        history = fold(fold(EMPTY, [event]), [later])
        assert list(lane(history).probes) == [f"n{number}" for number in range(MAX_NAMES)]
        assert points(history, "n7") == [(1, 7.0), (2, 7.0)]
        assert lane(history).found.left_out == 2 * (100_000 - MAX_NAMES)

    def test_vectors_and_series_count_among_the_names(self) -> None:
        full = {f"n{number}": 0.0 for number in range(MAX_NAMES - 2)}
        event = msgspec.structs.replace(fakes.measured("a", 0, 1, FATE), probes=full)
        history = fold(EMPTY, [event, at(2, v=(1.0,)), series("s", (1, 1.0)), at(3, w=(1.0,))])
        assert list(lane(history).vectors) == ["v"]
        assert "s" in lane(history).probes
        assert lane(fold(history, [series("t", (1, 1.0), (2, 1.0))])).found.left_out == 3

    def test_a_vector_that_is_too_long_is_not_kept(self) -> None:
        found = [at(1, v=(0.0,) * 1_000_000), at(2, v=(0.0,) * MAX_VECTOR)]
        history = fold(EMPTY, found)
        assert list(lane(history).vectors["v"].steps) == [2]
        assert lane(history).found.left_out == 1
        assert "v" not in lane(fold(EMPTY, found[:1])).vectors

    def test_a_name_that_is_too_long_is_not_kept(self) -> None:
        long, longer = "x" * MAX_NAME, "x" * (MAX_NAME + 1)
        history = fold(EMPTY, [at(1, **{long: 1.0, longer: 1.0})])
        assert list(lane(history).probes) == [long]
        assert lane(history).found.left_out == 1
