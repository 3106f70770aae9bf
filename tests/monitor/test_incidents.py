"""What happened between two looks: each thing once, the past never."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.incidents import Incident, Pace, between, sentences
from grok_tui.monitor.watch import State, View
from grok_tui.protocol.events import Failed, LaneFinished, Measured
from grok_tui.protocol.rundir import RunDir
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.events import AnyEvent

CONFIG = fakes.config(only=("dense", "grokked-ticket"), seeds=(0, 1))


DENSE = fakes.lane_events(CONFIG, "dense", 0)
MEASURED = [event for event in DENSE if isinstance(event, Measured)]
TICKET = fakes.lane_events(CONFIG, "grokked-ticket", 0)


def view(events: Sequence[AnyEvent], state: State = "running") -> View:
    return View(RunDir(Path("/nowhere")), CONFIG, history=fold(EMPTY, events), state=state)


def kinds(before: View, after: View) -> list[tuple[str, str, int | None]]:
    return [(one.kind, one.arm, one.step) for one in between(before, after)]


def test_what_a_lane_comes_to_is_told_once_and_in_order() -> None:
    start, whole = view([]), view(DENSE)
    assert kinds(start, whole) == [
        ("memorised", "dense", 42),
        ("generalised", "dense", 1149),
        ("arm-finished", "dense", 1441),
    ]
    assert kinds(whole, whole) == []
    assert kinds(whole, view([*DENSE, *TICKET[:3]])) == []


def test_every_cut_of_a_log_tells_the_same_in_all() -> None:
    told: list[Incident] = []
    for end in range(0, len(DENSE) + 1, 7):
        told += between(view(DENSE[: max(0, end - 7)]), view(DENSE[:end]))
    told += between(view(DENSE[:end]), view(DENSE))
    assert [one.kind for one in told] == ["memorised", "generalised", "arm-finished"]


@pytest.mark.parametrize(
    ("reason", "kinds_"),
    [("diverged", ["diverged"]), ("stopped", []), ("unavailable", []), ("steps", ["arm-finished"])],
)
def test_how_a_lane_ends_decides_what_is_told(reason: Any, kinds_: list[str]) -> None:
    end = LaneFinished(arm="dense", seed=0, step=7, reason=reason, detail="loss is infinite")
    found = between(view(DENSE[:1]), view([DENSE[0], end]))
    assert [one.kind for one in found] == kinds_


def test_the_end_of_a_run_is_told_and_stands_for_its_arms() -> None:
    assert [one.kind for one in between(view(DENSE[:-1]), view(DENSE, "finished"))] == ["finished"]
    failed = Failed(sentence="out of memory", traceback="")
    assert between(view([]), view([failed], "failed")) == [
        Incident("crashed", detail="out of memory")
    ]
    told = Failed(sentence="x" * 200, traceback="", report="crash-1.txt")
    (incident,) = between(view([]), view([told], "failed"))
    assert incident.detail == f"{'x' * 119}… (crash-1.txt)"
    assert between(view([], "paused"), view([], "interrupted")) == [Incident("interrupted")]
    assert between(view([]), view([], "stopped")) == []


def test_a_run_that_ended_before_it_was_looked_at_is_no_news() -> None:
    for state in ("finished", "failed", "interrupted"):
        assert between(view(DENSE, state), view(DENSE, state)) == []


def words(incidents: list[Incident], title: str = "Title", seeds: int = 2) -> list[str]:
    config = msgspec.structs.replace(CONFIG, title=title, seeds=tuple(range(seeds)))
    return [sentence for _, sentence in sentences(incidents, replace(view([]), config=config))]


def test_many_of_a_kind_are_one_sentence() -> None:
    lanes = [Incident("generalised", arm, 0, 53) for arm in "abcde"]
    assert words(lanes) == ["5 arms generalised"]
    seeds = [Incident("memorised", "dense", seed, 42) for seed in range(3)]
    assert words(seeds) == ["3 seeds of dense memorised"]
    both = [*lanes, Incident("generalised", "a", 1, 60), Incident("finished")]
    assert words(both) == [
        "6 lanes generalised",
        "“Title” has finished",
    ]


def test_the_seed_is_named_only_where_there_are_several() -> None:
    one = [Incident("memorised", "dense", 0, 42)]
    assert words(one, seeds=1) == ["dense memorised at step 42"]
    assert words(one, seeds=2) == ["dense (seed 0) memorised at step 42"]


def test_one_is_named_and_cannot_steer_the_terminal() -> None:
    bad = "den\x1b[2Jse"
    told = [
        Incident("diverged", bad, 2, 7, bad),
        Incident("crashed", detail=bad),
        Incident("interrupted"),
        Incident("stalled", detail="for 31 s"),
    ]
    assert words(told, bad) == [
        "den\ufffd[2Jse (seed 2) diverged at step 7: den\ufffd[2Jse",
        "“den\ufffd[2Jse” failed: den\ufffd[2Jse",
        "“den\ufffd[2Jse” was interrupted",
        "“den\ufffd[2Jse” has measured nothing for 31 s",
    ]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_silence_is_measured_by_a_runs_own_pace() -> None:
    clock = Clock()
    pace = Pace(clock)
    for end in (4, 5, 6):
        assert pace.look(view(DENSE[:end])) is None
        clock.now += 10
    still = view(DENSE[:6])
    clock.now = 20 + 49
    assert pace.look(still) is None  # five times the ten seconds that a measurement took
    clock.now = 20 + 51
    assert pace.look(still) == Incident("stalled", detail="for 51 s")
    assert pace.look(still) is None
    assert pace.look(view(DENSE[:7])) is None
    clock.now += 1000
    assert pace.look(view(DENSE[:7])) is not None


def test_only_a_run_that_trains_can_stall() -> None:
    clock = Clock()
    pace = Pace(clock)
    for state in ("starting", "paused", "finished", "running"):
        assert pace.look(replace(view(DENSE[:5]), state=state)) is None
        clock.now += 29
    clock.now += 2
    assert pace.look(view(DENSE[:5])) is not None


def test_a_run_that_measures_seldom_is_given_its_time_from_the_first_look() -> None:
    clock = Clock()
    pace = Pace(clock)
    slow = [msgspec.structs.replace(one, seconds=20.0 * n) for n, one in enumerate(MEASURED[:3])]
    assert pace.look(view(slow)) is None
    clock.now = 99
    assert pace.look(view(slow)) is None
    clock.now = 101
    assert pace.look(view(slow)) == Incident("stalled", detail="for 101 s")
