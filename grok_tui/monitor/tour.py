"""The tour: what a recorded run shows, chapter by chapter, for somebody who never saw grokking.

A chapter has a few sentences and a place in the recording up to which it is told meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.replay import timed
from grok_tui.monitor.tail import Tail
from grok_tui.protocol import presets
from grok_tui.protocol.tasks import ModularAddition

if TYPE_CHECKING:
    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.rundir import RunDir

DENSE, TICKET = "dense", "grokked-ticket"
NORM = ("controlled-dense-l1", "controlled-dense-l2")
SPARSE = ("random-mask", "shuffled-mask")


@dataclass(frozen=True)
class Chapter:
    """A part of the tour."""

    title: str
    text: str
    until: float = 0.0
    """How far the recording is told while it is read, in steps."""
    seconds: float = 1.0
    """How long that takes."""
    pane: str = "charts"
    """The pane that shows it."""
    picture: str = ""
    """Of the network pane, which picture."""
    arms: tuple[str, ...] = ()
    """The arms that are drawn; none: all."""


def chapters(run: RunDir) -> tuple[Chapter, ...]:
    """The tour of a recorded quickstart. Raises RunError if the recording is of something else."""
    config = presets.load_config(run.config)
    history = fold(EMPTY, Tail(run).read().events)
    if not isinstance(config.task, ModularAddition):
        raise RunError("the tour is about the addition of numbers, and this recording is not")
    places = _Places(run, config, history)
    return (
        _task(config, config.task),
        _memorising(places),
        _waiting(places),
        _grokking(places),
        _circle(places, config.task),
        _ticket(places, config),
        _controls(places),
        _verdict(places),
    )


class _Places:
    """Where in the recording something happened, and at which step of which arm."""

    def __init__(self, run: RunDir, config: Config, history: History) -> None:
        self._history = history
        self._seed = config.seeds[0]
        self._reached: dict[tuple[str, str], float] = {}
        self.end = 0.0
        for place, _, said in timed(run):
            self.end = place
            if said.event in ("reached", "lane_finished"):
                self._reached.setdefault((said.arm, said.milestone or "end"), place)

    def lane(self, arm: str) -> LaneHistory:
        """The arm's lane. Raises RunError if it was not recorded."""
        lane = self._history.lanes.get((arm, self._seed))
        if lane is None:
            raise RunError(f"the tour needs a recording with the arm {arm}")
        return lane

    def step(self, arm: str, milestone: str) -> int:
        """The step at which an arm reached that. Raises RunError if it did not."""
        lane = self.lane(arm)
        step = lane.t_mem if milestone == "memorised" else lane.t_gen
        if step is None:
            raise RunError(f"the tour needs a recording in which {arm} {milestone}")
        return step

    def at(self, arm: str, what: str) -> float:
        """The place at which an arm reached that, or ended. Raises RunError if it did not."""
        place = self._reached.get((arm, what))
        if place is None:
            raise RunError(f"the tour needs a recording in which {arm} is {what}")
        return place


def _task(config: Config, task: ModularAddition) -> Chapter:
    p = task.p
    sums = p * p if task.both_orders else p * (p + 1) // 2
    shown = {0.5: "half of them"}.get(
        task.train_fraction, f"{100 * task.train_fraction:.0f} % of them"
    )
    return Chapter(
        "The task: a table of sums",
        f"A small network learns to add, with numbers that begin again after {p - 1}, as the hours "
        f"of a clock do: {p - 1} + 2 is 1. There are {sums} such sums. The network is shown "
        f"{shown}, again and again; on the others it is only tested. Nothing is trained here: "
        "this is a recording, told again.",
        arms=(DENSE,),
    )


def _memorising(places: _Places) -> Chapter:
    step = places.step(DENSE, "memorised")
    return Chapter(
        "First it memorises",
        "The chart shows the share of right answers, over the steps of training. After "
        f"{step} steps the network, “dense”, knows every sum that it is shown: the dashed line. On "
        "the others, the solid line, it is hardly better than guessing. It has learned them by "
        "heart.",
        3 * places.at(DENSE, "memorised"),
        4,
        arms=(DENSE,),
    )


def _waiting(places: _Places) -> Chapter:
    step = places.step(DENSE, "generalised")
    return Chapter(
        "Then nothing seems to happen",
        "Training goes on, though there is nothing left to gain on the sums that are shown. "
        "The steps are on a logarithmic scale, each mark ten times as far as the one before, so "
        f"this wait is far longer than it looks: until step {step}.",
        0.8 * places.at(DENSE, "generalised"),
        6,
        arms=(DENSE,),
    )


def _grokking(places: _Places) -> Chapter:
    mem, gen = places.step(DENSE, "memorised"), places.step(DENSE, "generalised")
    return Chapter(
        "And suddenly it generalises: it groks",
        f"At step {gen} it answers the sums that it was never shown. It has found the rule, "
        f"{gen / max(1, mem):.0f} times as late as it knew its examples. That late jump is called "
        "grokking. Why does it wait so long?",
        places.at(DENSE, "end"),
        4,
        arms=(DENSE,),
    )


def _circle(places: _Places, task: ModularAddition) -> Chapter:
    return Chapter(
        "What it found: a circle",
        f"Inside, each number is a point. Seen from the right side, the {task.p} points of a "
        "network that has grokked lie on a circle as hours on a clock do, in an order of its own, "
        "and to add is to turn. Before that they lay in a heap. In any "
        "run key 6 opens this, and ← → lead through time.",
        places.at(DENSE, "end"),
        1,
        "network",
        "circle",
    )


def _ticket(places: _Places, config: Config) -> Chapter:
    step, late = places.step(TICKET, "generalised"), places.step(DENSE, "generalised")
    arm = next(arm for arm in config.arms if arm.name == TICKET)
    return Chapter(
        "The ticket",
        f"A mask keeps the largest {100 * (1 - arm.pruning_rate):.0f} % of the weights of the "
        "network that has grokked, and sets the others to zero for good. Such a part of a network "
        "is called a lottery ticket. Trained anew, from the same beginning as before, it "
        f"generalises at step {step} instead of {late}: the wait is gone.",
        places.at(TICKET, "end"),
        5,
        arms=(DENSE, TICKET),
    )


def _controls(places: _Places) -> Chapter:
    return Chapter(
        "Is it because it is small?",
        "A ticket has less weight (a smaller norm) and fewer weights (it is sparse). Either may "
        f"be the reason, so both are tried alone: {NORM[0]} and {NORM[1]} keep all weights, shrunk "
        f"to the ticket's norm; {SPARSE[0]} and {SPARSE[1]} keep as many weights as the ticket, "
        "but others.",
        max(places.end - 1, places.at(TICKET, "end")),
        6,
    )


def _verdict(places: _Places) -> Chapter:
    times = places.step(DENSE, "generalised") / max(1, places.step(TICKET, "generalised"))
    return Chapter(
        "The verdict",
        "All of those wait as well, or never get there. Neither norm nor sparsity explains it: "
        f"which weights are kept makes the ticket {times:.0f} times as fast. Key v says so with "
        "numbers. Look around: keys work as in any run, ? lists them. Esc ends this tour, ^n "
        "starts an experiment of your own.",
        places.end,
        1,
    )
