"""Threads for an experiment: those it had, those that were asked for, or what trials find."""

from __future__ import annotations

import time
from itertools import cycle, islice
from typing import TYPE_CHECKING

import torch

from grok_tui.engine import crew, devices, threads
from grok_tui.engine.answers import Answers, Choice
from grok_tui.engine.stack import Stack
from grok_tui.errors import RunFailed

if TYPE_CHECKING:
    from grok_tui.engine.cores import Hardware
    from grok_tui.engine.experiment import Experiment


class Rehearsal:
    """Copies of running lanes to try threads on; the lanes themselves are left alone."""

    def __init__(self, experiment: Experiment, lanes: int) -> None:
        """As many copies as `lanes`, of each running lane in turn."""
        self._stack = Stack(experiment.layout, experiment.model)
        self._stack.stopping = experiment.stack.stopping
        copied = islice(cycle(experiment.running.values()), lanes)
        self._copies = [lane.copy() for lane in copied]

    def __call__(self, choice: Choice, steps: int) -> float:
        """Seconds that a lane takes for a step, over so many steps of one lane for each worker.

        More lanes would tell the same in more time, the more so the more cores there are.
        """
        torch.set_num_threads(choice.threads)
        self._stack.workers = choice.workers
        try:
            self._stack.hold(self._copies[: choice.workers])
            self._stack.launch(1, {})  # threads and workers start
            began = time.perf_counter()
            self._stack.launch(steps, {})
            return (time.perf_counter() - began) / (steps * choice.workers)
        finally:
            self._stack.hold([])
            torch.set_num_threads(devices.THREADS)


def choose(experiment: Experiment, hardware: Hardware, before: int) -> tuple[Choice, str]:
    """Threads for the steps to come, and a sentence if other programs cost the run some.

    `before` is the number that the checkpoint was computed with, 0 where there is none: a run
    goes on with it, to the same bits.
    """
    lanes = len(experiment.running) + len(experiment.waiting)
    on_cpu = experiment.placement.device.type == "cpu"
    if hardware.threads:
        # of all its lanes: the last one that is left goes on as it was trained among the others
        aside = on_cpu and len(experiment.order) > 1 and crew.POSSIBLE
        return (Choice(1, hardware.threads) if aside else Choice(hardware.threads)), ""
    if not experiment.running or not on_cpu:
        return Choice(devices.THREADS), ""
    if before > 1 or (before and lanes == 1):
        return Choice(before), ""
    if lanes > 1 and not crew.POSSIBLE:
        return Choice(devices.THREADS), ""
    free = hardware.watch.free()
    question = threads.Question(lanes, _about(experiment, free.cores))
    answers = Answers.of_this_user()
    try:
        return threads.choose(question, free, answers, lambda copies: Rehearsal(experiment, copies))
    except RunFailed:  # a worker died in a trial: one process needs the least
        return Choice(devices.THREADS), ""


def _about(experiment: Experiment, cores: int) -> tuple[str, ...]:
    """The machine, its torch and the network."""
    lane = next(iter(experiment.running.values()))
    return (
        devices.name(experiment.placement.device),
        f"{cores} cores",
        str(torch.__version__),
        str(experiment.placement.dtype),
        f"{len(lane.data.train.labels)} examples",
        *(f"{name} {tuple(shape)}" for name, shape in experiment.layout.shapes.items()),
    )
