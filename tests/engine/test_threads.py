"""The choice of threads, and the answers that are kept."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.engine.answers import KEPT, Answers, Choice
from grok_tui.engine.cores import Free
from grok_tui.engine.threads import Question, calibrate, candidates, choose, fastest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.engine.threads import Trial

ONE = Question(1, ("a processor", "shapes"))
SIX = Question(6, ("a processor", "shapes"))
QUIET, BUSY = Free(4, 4.0), Free(4, 2.0)


class Trials:
    """Trials with made-up times; counts them and lets the clock run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *times: float) -> None:
        self.times = dict(zip((1, 2, 4, 8, 16, 32, 64), times, strict=False))
        self.asked: list[int] = []
        self.done: list[tuple[Choice, int]] = []
        self.now = 0.0
        self.start = 0.0
        """Seconds until the workers of a trial are there, each."""
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def __call__(self, lanes: int) -> Trial:
        """Copies of so many lanes."""
        self.asked.append(lanes)
        return self.trial

    def trial(self, choice: Choice, steps: int) -> float:
        """A trial of a choice."""
        self.done.append((choice, steps))
        cost = self.times[choice.total]
        self.now += (cost * steps + self.start) * choice.workers
        return cost


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Trials]:
    """Trials that take the given seconds with one, two, four, ... threads."""
    return lambda *times: Trials(monkeypatch, *times)


@pytest.fixture
def answers(tmp_path: Path) -> Answers:
    """A file of answers that is not there yet."""
    return Answers(tmp_path / "cache" / "threads.json")


@pytest.mark.parametrize(
    ("times", "chosen"),
    [
        ((1.0, 1.2, 1.5), 1),
        ((1.0, 0.9, 0.88), 1),
        ((1.0, 0.86, 0.84), 2),
        ((1.0, 0.6, 0.55), 2),
        ((1.0, 0.6, 0.4), 4),
        ((1.0, 0.95, 0.5), 4),
    ],
)
def test_threads_are_taken_where_each_step_up_pays(times: tuple[float, ...], chosen: int) -> None:
    tried = candidates(1, 4)
    assert fastest({choice: [time] for choice, time in zip(tried, times, strict=True)}) == Choice(
        chosen, 1
    )


def test_one_slow_trial_decides_nothing() -> None:
    one, two = candidates(6, 2)
    assert fastest({one: [1.0, 1.0, 1.0], two: [9.0, 0.5, 0.5]}) == two
    assert fastest({one: [9.0, 1.0, 1.0], two: [1.0, 1.0, 1.0]}) == one


def test_one_lane_tries_threads_and_several_try_workers() -> None:
    assert candidates(1, 6) == [Choice(1), Choice(2), Choice(4), Choice(6)]
    assert candidates(9, 4) == [Choice(1, 1), Choice(1, 2), Choice(1, 4)]
    assert candidates(900, 512)[-1] == Choice(1, 256)


def test_trials_take_turns(trials: Callable[..., Trials]) -> None:
    made = trials(0.001, 0.0004)
    assert calibrate(made(2), candidates(6, 2)) == Choice(1, 2)
    first, *rest = made.done
    assert first == (Choice(1, 1), 2)
    assert [choice.workers for choice, _ in rest] == [1, 2, 1, 2, 1, 2]
    assert {steps for _, steps in rest} == {30}


@pytest.mark.parametrize("cost", [0.01, 0.1, 0.3, 3.0])
def test_slow_steps_are_timed_less_often(trials: Callable[..., Trials], cost: float) -> None:
    made = trials(cost, cost / 2, cost / 4)
    found = calibrate(made(1), candidates(1, 4))
    assert found == Choice(4 if cost < 0.3 else 1)
    assert len(made.done) <= 10
    assert made.now <= max(1.0, 3 * cost)


def test_many_cores_are_tried_in_the_time_of_a_few(trials: Callable[..., Trials]) -> None:
    made = trials(*(0.01 / (1 << power) for power in range(7)))
    assert calibrate(made(64), candidates(64, 64)) == Choice(1, 64)
    assert made.now < 1.0


def test_where_time_runs_out_the_best_of_those_tried_is_taken(
    trials: Callable[..., Trials],
) -> None:
    made = trials(*(0.01 / (1 << power) for power in range(7)))
    made.start = 0.05
    assert calibrate(made(64), candidates(64, 64)) == Choice(1, 8)
    assert made.now < 2.0


def test_a_run_takes_what_its_trials_say_and_keeps_it(
    trials: Callable[..., Trials], answers: Answers
) -> None:
    made = trials(0.001, 0.0005, 0.0004)
    assert choose(SIX, QUIET, answers, made) == (Choice(1, 4), "")
    assert made.asked == [4]
    assert choose(SIX, QUIET, answers, made) == (Choice(1, 4), "")
    assert made.asked == [4]
    assert choose(ONE, QUIET, answers, made) == (Choice(4, 1), "")
    assert made.asked == [4, 1]


def test_lanes_are_alike_up_to_a_power_of_two() -> None:
    keys = [Question(lanes, ()).key for lanes in range(1, 10)]
    assert [keys.index(key) for key in keys] == [0, 1, 2, 2, 4, 4, 4, 4, 8]


def test_two_lanes_use_two_cores(trials: Callable[..., Trials], answers: Answers) -> None:
    assert choose(Question(2, ()), QUIET, answers, trials(1e-3, 5e-4)) == (Choice(1, 2), "")


def test_on_one_core_there_is_nothing_to_try(
    trials: Callable[..., Trials], answers: Answers
) -> None:
    made = trials()
    assert choose(SIX, Free(1, 1.0), answers, made) == (Choice(), "")
    assert choose(SIX, Free(1, 0.2), answers, made) == (Choice(), "")
    assert made.asked == []


def test_a_busy_machine_is_said_and_its_answer_is_not_kept(
    trials: Callable[..., Trials], answers: Answers
) -> None:
    made = trials(0.001, 0.0005, 0.0004)
    choice, sentence = choose(SIX, BUSY, answers, made)
    assert choice == Choice(1, 2)
    assert sentence == "other programs keep 2.0 of 4 cores busy: training with 2 workers"
    assert answers.get(SIX.key) is None
    choice, sentence = choose(SIX, Free(2, 0.2), answers, made)
    assert choice == Choice()
    assert sentence == "other programs keep 1.8 of 2 cores busy: training with one thread"
    assert made.asked == [2]


def test_a_busy_machine_that_costs_nothing_is_not_mentioned(
    trials: Callable[..., Trials], answers: Answers
) -> None:
    slow = trials(0.001, 0.002)
    assert choose(ONE, BUSY, answers, slow) == (Choice(), "")
    assert choose(ONE, Free(4, 0.0), answers, slow) == (Choice(), "")
    answers.keep(ONE.key, Choice())
    assert choose(ONE, Free(4, 0.0), answers, slow) == (Choice(), "")
    assert choose(Question(2, ()), BUSY, answers, trials(1e-3, 5e-4)) == (Choice(1, 2), "")


def test_a_kept_answer_is_limited_by_what_is_free_now(
    trials: Callable[..., Trials], answers: Answers
) -> None:
    made = trials()
    answers.keep(SIX.key, Choice(1, 4))
    choice, sentence = choose(SIX, BUSY, answers, made)
    assert choice == Choice(1, 2)
    assert "training with 2 workers" in sentence
    answers.keep(ONE.key, Choice(4, 1))
    choice, sentence = choose(ONE, Free(4, 0.4), answers, made)
    assert (choice, sentence[-10:]) == (Choice(), "one thread")
    answers.keep(ONE.key, Choice(200, 200))
    assert choose(ONE, QUIET, answers, made) == (Choice(4, 1), "")
    assert made.asked == []


def test_answers_are_found_again(tmp_path: Path, answers: Answers) -> None:
    answers.keep(("a", "b"), Choice(3, 1))
    answers.keep(("a",), Choice(1, 2))
    answers.keep(("a",), Choice(1, 8))
    again = Answers(tmp_path / "cache" / "threads.json")
    assert again.get(("a", "b")) == Choice(3, 1)
    assert again.get(("a",)) == Choice(1, 8)
    assert again.get(("b",)) is None


def test_what_another_trainer_is_about_to_keep_is_left_alone(
    tmp_path: Path, answers: Answers
) -> None:
    """Trainers that began at once wrote their answers into one file between them."""
    answers.keep(("x",), Choice(2))
    (folder,) = tmp_path.iterdir()
    others = folder / ".threads.json.tmp"
    others.write_text("half of")
    answers.keep(("y",), Choice(3))
    assert others.read_text() == "half of"
    assert answers.get(("y",)) == Choice(3)
    assert len(list(folder.iterdir())) == 2


def test_the_oldest_answers_are_forgotten(answers: Answers) -> None:
    for number in range(KEPT + 1):
        answers.keep((str(number),), Choice(2))
    assert answers.get(("0",)) is None
    assert answers.get(("1",)) == answers.get((str(KEPT),)) == Choice(2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe nonsense",
        b"[]",
        b'{"answers":[]}',
        b'{"answers":{"KEY":{"threads":0,"workers":1}}}',
        b'{"answers":{"KEY":{"threads":257,"workers":1}}}',
        b'{"answers":{"KEY":{"threads":2.5,"workers":1}}}',
        b'{"answers":{"KEY":{"threads":true,"workers":1}}}',
        b'{"answers":{"KEY":{"threads":"2","workers":1}}}',
        b'{"answers":{"../../x":{"threads":2,"workers":1}}}',
        b'{"answers":{},"more":1}',
        b'{"answers":{"KEY":{"threads":2,"workers":1}}}' + b" " * (1 << 20),
        b"[" * 60_000,
    ],
)
def test_a_damaged_file_counts_for_nothing_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "threads.json"
    answers = Answers(path)
    answers.keep(("x",), Choice(2))
    key = next(iter(msgspec.json.decode(path.read_bytes())["answers"]))
    path.write_bytes(content.replace(b"KEY", key.encode()))
    assert answers.get(("x",)) is None
    answers.keep(("x",), Choice(3))
    assert answers.get(("x",)) == Choice(3)


def test_what_is_no_file_is_neither_read_nor_written(tmp_path: Path) -> None:
    pipe = tmp_path / "threads.json"
    os.mkfifo(pipe)
    assert Answers(pipe).get(("x",)) is None
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "threads.json", None):
        answers = Answers(path)
        answers.keep(("x",), Choice(2))
        assert answers.get(("x",)) is None


def test_answers_lie_in_the_cache_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    Answers.of_this_user().keep(("x",), Choice(2))
    assert (tmp_path / "xdg" / "grok-tui" / "threads.json").is_file()
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    Answers.of_this_user().keep(("x",), Choice(2))
    assert (tmp_path / "home" / ".cache" / "grok-tui" / "threads.json").is_file()
