"""The traces of a run: whose they are, what they are compared with, where milestones stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.history import EMPTY, History, fold
from grok_tui.monitor.plots import METRIC_PLOTS, Choice
from grok_tui.monitor.settings import Settings
from grok_tui.monitor.traces import REFERENCE
from grok_tui.monitor.tracing import marks, milestones, of_run, second_of, spectra
from tests import fakes

if TYPE_CHECKING:
    from grok_tui.protocol.events import ProbeValue

CONFIG = fakes.config()
HISTORY = fakes.history(CONFIG)
ACCURACY = METRIC_PLOTS[0].choices[0]
L1 = METRIC_PLOTS[2].choices[0]
PLAIN = Settings()


def probed(*found: tuple[str, int, dict[str, ProbeValue]]) -> History:
    """Measurements of arms at steps."""
    events = [
        msgspec.structs.replace(fakes.measured(arm, 0, step, fakes.Fate(5, None)), probes=probes)
        for arm, step, probes in found
    ]
    return fold(EMPTY, events)


def test_of_many_arms_only_the_dense_one_has_its_training_line_below_all_others() -> None:
    found = of_run(ACCURACY, CONFIG, HISTORY, PLAIN)
    assert [trace.letter for trace in found] == ["", *"FEDCBA"]
    assert (found[0].group, found[0].pattern) == ("dense", REFERENCE)
    assert found[0].key != found[-1].key


def test_of_few_arms_each_has_its_training_line() -> None:
    config = fakes.config(only=("dense", "random-mask"))
    found = of_run(ACCURACY, config, fakes.history(config), PLAIN)
    assert [(trace.owner, trace.letter) for trace in found] == [
        ("random-mask", ""),
        ("dense", ""),
        ("random-mask", "B"),
        ("dense", "A"),
    ]
    assert len({trace.key for trace in found}) == 4


def test_norms_have_one_line_an_arm_compared_with_the_dense_one() -> None:
    found = of_run(L1, CONFIG, HISTORY, PLAIN)
    assert [trace.base for trace in found] == ["dense"] * 6


def test_an_arm_that_has_not_started_has_no_line_but_keeps_its_letter() -> None:
    config = fakes.config(only=("dense", "random-mask"))
    history = fakes.history(fakes.config(only=("random-mask",)), last=50, ended=False)
    assert [trace.letter for trace in of_run(L1, config, history, PLAIN)] == ["B"]
    assert of_run(L1, config, EMPTY, PLAIN) == []


def test_the_seeds_of_an_arm_are_one_trace() -> None:
    config = fakes.config(seeds=(7, 8), only=("dense",))
    history = fakes.history(config)
    [trace] = of_run(L1, config, history, PLAIN)
    assert [member.xs for member in trace.members] == [
        history.lanes["dense", seed].steps for seed in (7, 8)
    ]
    assert trace.name == "dense (2)"


def test_dense_arms_can_be_left_out_unless_there_are_no_others() -> None:
    without = replace(PLAIN, dense=False)
    assert [t.letter for t in of_run(L1, CONFIG, HISTORY, without)] == list("FEDCB")
    alone = fakes.config(only=("dense",))
    assert [t.letter for t in of_run(L1, alone, fakes.history(alone), without)] == ["A"]


def test_what_has_no_colour_has_a_pattern_of_its_own() -> None:
    found = of_run(L1, CONFIG, HISTORY, replace(PLAIN, hues=False))
    assert len({trace.pattern for trace in found[:5]}) == 5


def test_a_lane_that_trains_is_not_done() -> None:
    history = fakes.history(CONFIG, last=50, ended=False)
    assert not any(
        member.done for trace in of_run(L1, CONFIG, history, PLAIN) for member in trace.members
    )
    assert all(
        member.done for trace in of_run(L1, CONFIG, HISTORY, PLAIN) for member in trace.members
    )


def test_steps_may_be_counted_in_seconds_or_since_the_lane_memorised() -> None:
    lane = HISTORY.lanes["dense", 0]
    timed = of_run(L1, CONFIG, HISTORY, replace(PLAIN, x="seconds"))[-1].members[0]
    assert timed.xs is lane.seconds
    since = of_run(L1, CONFIG, HISTORY, replace(PLAIN, x="since"))[-1].members[0]
    assert lane.t_mem is not None
    assert [since.xs[0], since.xs[-1]] == [-lane.t_mem, lane.steps[-1] - lane.t_mem]
    assert list(since.xs[:2]) == [-lane.t_mem, 1 - lane.t_mem]


def test_a_probe_is_placed_at_the_second_of_its_step() -> None:
    history = probed(("dense", 1, {"x/a": 3.0}), ("dense", 2, {}), ("dense", 5, {"x/a": 2.0}))
    lane = history.lanes["dense", 0]
    [trace] = of_run(Choice("x/a"), CONFIG, history, replace(PLAIN, x="seconds"))
    assert list(trace.members[0].xs) == [lane.seconds[0], lane.seconds[2]]
    assert second_of(lane, 4) == lane.seconds[1]
    assert second_of(lane, 0) == 0.0


def test_a_lane_that_has_not_memorised_has_no_place_on_an_axis_that_begins_there() -> None:
    history = fakes.history(CONFIG, last=20, ended=False)
    assert of_run(L1, CONFIG, history, replace(PLAIN, x="since")) == []


def test_milestones_stand_on_the_axis_capitals_where_it_generalised() -> None:
    found = {mark.letter: mark.x for mark in marks(CONFIG, HISTORY, PLAIN)}
    assert list(found) == [*"ABCD", *"abcdef"]
    ticket = HISTORY.lanes["grokked-ticket", 0]
    assert (found["b"], found["B"]) == (ticket.t_mem, ticket.t_gen)
    hidden = replace(PLAIN, hidden=frozenset({"grokked-ticket"}))
    assert "B" not in {mark.letter for mark in marks(CONFIG, HISTORY, hidden)}


def test_milestones_in_words_are_in_the_order_of_the_axis() -> None:
    found = milestones(CONFIG, HISTORY, PLAIN)
    assert [x for x, _ in found] == sorted(x for x, _ in found)
    assert (float(HISTORY.lanes["dense", 0].t_gen or 0), "dense generalised") in found


def test_chance_is_dashed_in_the_second_ink_of_its_arm() -> None:
    history = probed(("random-mask", 1, {"d/net": 0.2, "d/net/chance": 0.75}))
    config = fakes.config(only=("random-mask",))
    chance, own = of_run(Choice("d/net", "d/net/chance"), config, history, PLAIN)
    assert (chance.pattern, list(chance.members[0].ys), chance.letter) == (REFERENCE, [0.75], "")
    assert (own.pattern, list(own.members[0].ys), own.letter) == ((), [0.2], "A")
    assert chance.role == own.role + 64


def test_a_spectrum_is_the_newest_vector_of_each_arm_over_its_frequencies() -> None:
    history = probed(
        ("dense", 1, {"s/in": (9.0,)}),
        ("dense", 50, {"s/in": (1.0, 4.0, 2.0)}),
        ("random-mask", 50, {"s/in": (3.0, 3.0, 3.0)}),
    )
    found = spectra(Choice("s/in", kind="frequencies"), CONFIG, history, PLAIN)
    assert [(t.letter, list(t.members[0].xs), list(t.members[0].ys)) for t in found] == [
        ("E", [1, 2, 3], [3.0, 3.0, 3.0]),
        ("A", [1, 2, 3], [1.0, 4.0, 2.0]),
    ]
