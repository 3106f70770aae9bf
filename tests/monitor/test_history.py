"""Folding a log: the same in any batching, and what was seen before stays as it was."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grok_tui.monitor.columns import Column, column
from grok_tui.monitor.history import EMPTY, METRICS, History, fold
from grok_tui.protocol.events import (
    AnyEvent,
    Checkpointed,
    Continued,
    Failed,
    Finished,
    LaneFinished,
    Measured,
    Obeyed,
    Paused,
    ProbeValue,
    Reached,
    Resumed,
    Series,
    Warned,
)
from tests import fakes


def probed(step: int, probes: dict[str, ProbeValue]) -> Measured:
    event = fakes.measured("dense", 0, step, fakes.Fate(1, None))
    return msgspec.structs.replace(event, probes=probes)


CONFIG = fakes.config(seeds=(0, 1), only=("dense", "grokked-ticket"), steps=60)
LANES = fakes.run_events(CONFIG)
OTHERS: list[AnyEvent] = [
    Paused(),
    Continued(),
    Resumed(file="000001.safetensors", exact=True, changed=(), dropped_bytes=7),
    Warned(sentence="the disk is nearly full"),
    Checkpointed(file="000001.safetensors", bytes=1, milliseconds=1.0),
    Failed(sentence="no", traceback=""),
    Finished(outcome="stopped", lanes=()),
    LaneFinished(arm="dense", seed=0, step=9, reason="stopped"),
    LaneFinished(arm="new", seed=3, step=9, reason="unavailable"),
    Reached(arm="dense", seed=1, milestone="memorised", step=3, resolution=1),
    fakes.measured("dense", 0, 2**53, fakes.Fate(1, None)),
    probed(70, {"x": 1.0, "v": (1.0, 2.0)}),
    probed(71, {"x": 2.0, "v": ()}),
    probed(72, {"v": (3.0,), "y": 3.0}),
    Series(arm="dense", seed=0, name="x", steps=(3, 75), values=(0.5, 0.25)),
    *(event for event in LANES if not isinstance(event, Measured)),
    *LANES[:20],
]


def plain(history: History) -> dict[str, Any]:
    """All that a history holds, comparable."""
    lanes = {
        key: (
            lane.start,
            list(lane.steps),
            list(lane.seconds),
            {name: list(values) for name, values in lane.metrics.items()},
            {name: (list(p.steps), list(p.values)) for name, p in lane.probes.items()},
            {name: [v.at(n) for n in range(len(v))] for name, v in lane.vectors.items()},
            lane.found.left_out,
            lane.memorised,
            lane.generalised,
            lane.end,
        )
        for key, lane in history.lanes.items()
    }
    rest = (history.started, history.paused, history.ended, history.warnings, history.resumed)
    return {"order": list(lanes), "lanes": lanes, "rest": rest}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(OTHERS), max_size=40), st.data())
def test_any_batching_comes_to_the_same(story: list[AnyEvent], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(story)))
    at_once = fold(EMPTY, story)
    first = fold(EMPTY, story[:cut])
    before = plain(first)
    assert plain(fold(first, story[cut:])) == plain(at_once)
    assert plain(first) == before
    one_by_one = EMPTY
    for event in story:
        one_by_one = fold(one_by_one, [event])
    assert plain(one_by_one) == plain(at_once)


def test_two_futures_of_one_past_do_not_mix() -> None:
    fate = fakes.Fate(5, None)
    past = fold(EMPTY, [fakes.measured("dense", 0, step, fate) for step in range(3)])
    left = fold(past, [fakes.measured("dense", 0, 3, fate)])
    right = fold(past, [fakes.measured("dense", 0, 4, fate)])
    assert list(past.lanes["dense", 0].steps) == [0, 1, 2]
    assert list(left.lanes["dense", 0].steps) == [0, 1, 2, 3]
    assert list(right.lanes["dense", 0].steps) == [0, 1, 2, 4]


def test_a_whole_run_is_told() -> None:
    history = fakes.history(fakes.config())
    assert history.started is not None
    assert history.started.device == "cpu"
    assert isinstance(history.ended, Finished)
    dense = history.lanes["dense", 0]
    assert (dense.t_mem, dense.step) == (42, 1441)
    assert dense.tau_grok == pytest.approx((dense.t_gen or 0) / 42)
    assert dense.last("test_accuracy") == dense.metrics["test_accuracy"][-1]
    assert len(dense.steps) == len(dense.seconds) == len(dense.metrics["l2_norm"])
    assert set(dense.metrics) == set(METRICS)


def test_an_empty_lane_has_no_numbers() -> None:
    end = LaneFinished(arm="dense", seed=0, step=0, reason="unavailable", detail="it never came")
    lane = fold(EMPTY, [end]).lanes["dense", 0]
    assert (lane.t_mem, lane.t_gen, lane.tau_grok, lane.step) == (None, None, None, 0)
    assert lane.last("train_loss") is None
    assert lane.end == end


def test_tau_never_divides_by_nothing() -> None:
    found = [
        Reached(arm="a", seed=0, milestone="memorised", step=0, resolution=1),
        Reached(arm="a", seed=0, milestone="generalised", step=7, resolution=1),
    ]
    assert fold(EMPTY, found).lanes["a", 0].tau_grok == 7


def test_a_milestone_is_reached_once() -> None:
    found = [
        Reached(arm="a", seed=0, milestone="memorised", step=step, resolution=1) for step in (5, 9)
    ]
    assert fold(EMPTY, found).lanes["a", 0].t_mem == 5
    assert fold(fold(EMPTY, found[:1]), found[1:]).lanes["a", 0].t_mem == 5


def test_steps_that_do_not_rise_are_left_out() -> None:
    fate = fakes.Fate(5, None)
    history = fold(EMPTY, [fakes.measured("a", 0, step, fate) for step in (1, 5, 5, 3, 6)])
    assert list(history.lanes["a", 0].steps) == [1, 5, 6]


def test_a_lane_that_starts_again_starts_anew() -> None:
    lane = fakes.lane_events(CONFIG, "dense", 0, fate=fakes.Fate(5, 20))
    again = fold(fold(EMPTY, lane), lane[:3]).lanes["dense", 0]
    assert list(again.steps) == [0, 1]
    assert (again.t_mem, again.end) == (None, None)


def test_wild_but_finite_numbers_are_kept() -> None:
    wild = fakes.measured("a", 0, 2**53, fakes.Fate(1, 1))
    wild = msgspec.structs.replace(wild, train_loss=1e308, l1_norm=-1e308, seconds=-5.0)
    lane = fold(EMPTY, [wild]).lanes["a", 0]
    assert lane.step == 2**53
    assert lane.last("train_loss") == 1e308
    assert list(lane.seconds) == [-5.0]


def test_pause_and_resume_are_followed() -> None:
    resumed = OTHERS[2]
    assert fold(EMPTY, [Paused()]).paused
    assert not fold(EMPTY, [Paused(), Continued()]).paused
    stopped = fold(EMPTY, [Paused(), OTHERS[7], Finished(outcome="stopped", lanes=())])
    assert not stopped.paused
    assert stopped.ended is not None
    taken_on = fold(stopped, [resumed])
    assert (taken_on.ended, taken_on.resumed) == (None, 1)
    assert taken_on.lanes["dense", 0].end is None


def test_a_halted_lane_is_not_taken_on() -> None:
    halted = fold(EMPTY, [LaneFinished(arm="dense", seed=0, step=9, reason="halted"), OTHERS[2]])
    end = halted.lanes["dense", 0].end
    assert end is not None
    assert end.reason == "halted"


def test_the_last_answers_to_commands_are_kept() -> None:
    said = [Obeyed(command="ticket", id=str(number), result="done") for number in range(40)]
    whole = fold(EMPTY, said)
    assert [answer.id for answer in whole.answers] == [str(number) for number in range(8, 40)]
    assert fold(fold(EMPTY, said[:35]), said[35:]).answers == whole.answers


def test_nothing_new_is_the_same_history() -> None:
    history = fakes.history(CONFIG)
    assert fold(history, []) is history


class TestColumn:
    values = column([1.0, 2.5, 4.0, 8.0])

    def test_is_a_sequence(self) -> None:
        assert len(self.values) == 4
        assert self.values[0] == 1.0
        assert self.values[-1] == self.values[3] == 8.0
        assert list(self.values) == [1.0, 2.5, 4.0, 8.0]
        assert 2.5 in self.values

    @pytest.mark.parametrize("index", [4, -5])
    def test_has_ends(self, index: int) -> None:
        with pytest.raises(IndexError):
            self.values[index]

    def test_slices_as_a_list_does(self) -> None:
        numbers = list(self.values)
        for cut in (
            slice(1, 3),
            slice(-2, None),
            slice(None, None, 2),
            slice(9, 12),
            slice(3, 0, -1),
        ):
            assert list(self.values[cut]) == numbers[cut]
        assert list(column([])[:5]) == []

    def test_gives_a_plain_copy_of_a_part(self) -> None:
        copy = self.values.plain(1, 3)
        copy[0] = 0.0
        assert (list(copy), self.values[1]) == ([0.0, 4.0], 2.5)

    def test_an_older_view_does_not_see_what_came_after(self) -> None:
        fate = fakes.Fate(5, None)
        past = fold(EMPTY, [fakes.measured("a", 0, step, fate) for step in range(3)])
        steps = past.lanes["a", 0].steps
        fold(past, [fakes.measured("a", 0, 3, fate)])
        assert (len(steps), list(steps), steps[-1]) == (3, [0, 1, 2], 2)
        assert list(steps[-2:]) == [1, 2]
        with pytest.raises(IndexError):
            steps[3]

    def test_shows_its_start_and_its_length(self) -> None:
        assert repr(self.values) == "Column(1, 2.5, 4, …; 4)"
        assert repr(Column(column([1])._store, 1)) == "Column(1; 1)"
