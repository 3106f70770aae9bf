"""How many threads train a run: by a few steps on copies, no more than the machine has free.

One lane gains from threads inside its products, several from workers that each step whole lanes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from grok_tui.engine.answers import MAX_THREADS, Answers, Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grok_tui.engine.cores import Free

    Trial = Callable[[Choice, int], float]
    """Seconds a lane takes for a step: with these threads, over so many steps."""

GAIN = 1.15
"""How much faster more threads must be to be worth their cores."""
ROUNDS = 3
STEPS = 30
"""Steps of a trial at most."""
BUDGET = 0.4
"""Seconds that all trials may take together; a trial that has begun is finished."""


@dataclass(frozen=True)
class Question:
    """A run that asks for threads."""

    lanes: int
    """Lanes that it has in all."""
    about: tuple[str, ...]
    """The machine and the network, in words: what a saved answer holds for."""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two questions one: lanes count by powers of two."""
        return (*self.about, f"lanes 2^{(self.lanes - 1).bit_length()}")

    def most(self, cores: int) -> int:
        """Threads that so many cores and these lanes keep busy."""
        return cores if self.lanes == 1 else min(cores, self.lanes)


def choose(
    question: Question, free: Free, answers: Answers, trial: Callable[[int], Trial]
) -> tuple[Choice, str]:
    """Threads for a run, and a sentence if other programs cost it some; empty if not.

    `trial(lanes)` is called only if there is something to try, and then once.
    """
    known = answers.get(question.key)
    most = question.most(free.free)
    if known:
        choice = _choice(question.lanes, min(known.total, most))
    elif most == 1:
        choice = Choice()
    else:
        tried = candidates(question.lanes, most)
        choice = calibrate(trial(max(one.workers for one in tried)), tried)
        if not free.busy:
            answers.keep(question.key, choice)
    return choice, _busy(free, choice) if _costs(question, free, known, choice) else ""


def _costs(question: Question, free: Free, known: Choice | None, choice: Choice) -> bool:
    """Whether more would pay, were the machine not busy; of one lane nobody knows untried."""
    most, wished = question.most(free.free), question.most(free.cores)
    if known:
        wished = min(wished, known.total)
    told = known is not None or question.lanes > 1 or choice.total > 1
    return told and choice.total == most < wished


def candidates(lanes: int, most: int) -> list[Choice]:
    """What is tried, from one thread on: two, four, ... and the most."""
    most = min(most, MAX_THREADS)
    counts = [1 << power for power in range(most.bit_length()) if 1 << power < most]
    return [_choice(lanes, count) for count in (*counts, most)]


def _choice(lanes: int, count: int) -> Choice:
    return Choice(count, 1) if lanes == 1 else Choice(1, count)


def calibrate(trial: Trial, tried: Sequence[Choice]) -> Choice:
    """The choice that pays, by trials in turns; of those that there was time for."""
    began = time.monotonic()
    step = trial(tried[0], 2)
    steps = max(1, min(STEPS, int(BUDGET / (step * len(tried) * ROUNDS)))) if step else STEPS
    times: dict[Choice, list[float]] = {}
    for _ in range(ROUNDS):
        for choice in tried:
            allowed = BUDGET if tried[-1] in times else 2 * BUDGET
            if time.monotonic() - began > allowed:
                return fastest(times or {tried[0]: [step]})
            times.setdefault(choice, []).append(trial(choice, steps))
    return fastest(times)


def fastest(times: Mapping[Choice, Sequence[float]]) -> Choice:
    """The choice whose threads pay: each that is taken is 15 % faster than the one before it."""
    best, *others = times
    for choice in others:
        if median(times[best]) >= GAIN * median(times[choice]):
            best = choice
    return best


def _busy(free: Free, choice: Choice) -> str:
    several = f"{choice.workers} workers" if choice.workers > 1 else f"{choice.threads} threads"
    how = "one thread" if choice.total == 1 else several
    return f"other programs keep {free.others:.1f} of {free.cores} cores busy: training with {how}"
