"""When frames are taken, and how they come into the run's folder."""

from __future__ import annotations

import contextlib
from functools import cache, partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from grok_tui.engine.frames import picture
from grok_tui.engine.frames.board import Board
from grok_tui.protocol import frames
from grok_tui.protocol.events import Warned
from grok_tui.protocol.probing import Probe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.engine.experiment import Experiment
    from grok_tui.engine.grid import Grid
    from grok_tui.engine.lanes import Lane
    from grok_tui.protocol.disk import Disk
    from grok_tui.protocol.rundir import RunDir

MOST, FEWEST = 16, 8
"""Frames of a lane that trains all its steps."""
OF_A_RUN = 400
"""Frames of all its arms: where there are many, each has fewer."""
FIRST = 20
"""The first step after 0 that has a frame: what comes before looks like 0."""
RATE = Probe(probe="mask-distance").pruning_rate
"""Of the mask that stands for a lane that prunes nothing."""


class Keeper:
    """Takes frames of the first seed of each arm.

    A frame ends a slice of training, and nothing else: what is logged is the same without.
    """

    def __init__(self, run: RunDir, experiment: Experiment, disk: Disk) -> None:
        self._run = run
        self._experiment = experiment
        self._disk = disk
        self._steps = cache(steps)
        self._boards: WeakKeyDictionary[Lane, Board | None] = WeakKeyDictionary()
        self._taken: dict[str, int] = {}
        """The step of the last frame of each arm."""
        self._warned = False

    def begin(self) -> None:
        """Remove frames of steps that the run has lost: it will take them again."""
        experiment = self._experiment
        for arm, seed in experiment.order:
            if (arm, seed) not in experiment.results:
                lane = experiment.running.get((arm, seed))
                self._remove(frames.folder(self._run, arm, seed), lane.step if lane else -1)

    def until(self) -> int:
        """Updates until the next frame; as many as there may be if none is to come."""
        ways = [
            next((step - lane.step for step in self._planned(lane) if step > lane.step), None)
            for lane in self._experiment.running.values()
            if self._is_shown(lane)
        ]
        return min((way for way in ways if way is not None), default=1 << 62)

    def due(self) -> list[Lane]:
        """The lanes that stand where a frame is to be taken, and those that have ended."""
        experiment = self._experiment
        ended = [
            lane
            for lane in experiment.finished
            if self._is_shown(lane) and experiment.results[lane.key].reason != "diverged"
        ]
        return [
            lane
            for lane in (*ended, *filter(self._stands, experiment.running.values()))
            if self._taken.get(lane.arm) != lane.step
        ]

    def take(self, lane: Lane, insist: Callable[[Callable[[], None]], None]) -> list[Warned]:
        """Write a frame of the lane, none where its weights are not finite; what is said of it.

        `insist` waits while the disk is full. Other faults of it cost the frame, and are told once.
        """
        self._taken[lane.arm] = lane.step
        layout, model = self._experiment.layout, self._experiment.model
        taken = picture.frame(lane, layout, model, self._board(lane), RATE)
        try:
            if taken:
                insist(partial(self._write, lane, frames.encode(taken)))
        except OSError as error:
            if not self._warned:
                self._warned = True
                why = (error.strerror or str(error)).lower()
                return [Warned(sentence=f"frames cannot be written: {why}; the run does without")]
        return []

    def _write(self, lane: Lane, frame: bytes) -> None:
        folder = frames.folder(self._run, lane.arm, lane.seed)
        for each in (folder.parent, folder):  # a run that was removed does not come back
            each.mkdir(exist_ok=True)
        self._disk.put(folder / frames.file_name(lane.step), frame)

    def _board(self, lane: Lane) -> Board | None:
        """The examples of a lane as a table; None if they are no pairs of tokens."""
        if lane not in self._boards:
            config = self._experiment.config
            task = config.task_of(config.arm(lane.arm))
            self._boards[lane] = Board(lane.data, task) if task.pairs else None
        return self._boards[lane]

    def _stands(self, lane: Lane) -> bool:
        """Whether a running lane is where a frame is planned, or where its weights are wanted."""
        experiment = self._experiment
        if not self._is_shown(lane):
            return False
        points = experiment.plan.points[lane.arm]
        wanted = (experiment.schedule.point(point, lane) for point in points)
        return lane.step in self._planned(lane) or lane.step in wanted

    def _planned(self, lane: Lane) -> tuple[int, ...]:
        count = max(FEWEST, min(MOST, OF_A_RUN // len(self._experiment.config.arms)))
        return self._steps(self._experiment.schedule.grid(lane), count)

    def _is_shown(self, lane: Lane) -> bool:
        return lane.seed == self._experiment.config.seeds[0]

    def _remove(self, folder: Path, last: int) -> None:
        """Remove every frame of a later step; what stays is written over in its time.

        Other files stay: they are somebody's.
        """
        with contextlib.suppress(OSError):
            for path in folder.iterdir():
                step = frames.step_of(path.name)
                torn = path.name.startswith(".") and path.name.endswith(f"{frames.SUFFIX}.tmp")
                if torn or (step is not None and step > last):
                    self._disk.unlink(path)


def steps(grid: Grid, count: int) -> tuple[int, ...]:
    """So many measured steps, fewer where two are one: 0, the last, and evenly on a log scale."""
    last = grid.points[-1]
    first = min(FIRST, last)
    parts = max(1, count - 2)
    wanted = [0, *(first * (last / first) ** (part / parts) for part in range(parts)), last]
    found = {grid.after(round(step) - 1) for step in wanted}
    return tuple(sorted(step for step in found if step is not None))
