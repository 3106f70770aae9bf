"""All lanes in training: in which blocks they step, and their measurements on the way here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from grok_tui.engine.crew import Crew, shared
from grok_tui.engine.graphs import CudaWorkspace, Replayed
from grok_tui.engine.reading import Reading
from grok_tui.engine.training import NUMBERS, Block
from grok_tui.engine.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grok_tui.engine.lanes import Lane, Layout
    from grok_tui.engine.models.model import Model
    from grok_tui.engine.training import Measuring

    Part = tuple[Sequence[Lane], Sequence[int], Measuring]
    """The lanes of a block, after how many updates they are measured, and the measurements."""

FULL_ENOUGH = 0.75
"""Share of its lanes that must be in training still for a block to be kept as it is."""


class Stack:
    """Lanes that train by as many steps; who shares the stack changes no lane's bits on a CPU.

    On a CPU each lane is a block of its own: one after the other stays in cache, a lane's bits
    depend on nobody, and `workers` processes take lanes side by side. On a GPU all lanes are one
    block, or as few as its memory allows.
    """

    def __init__(self, layout: Layout, model: Model, width: int = 0) -> None:
        """`width` is the number of lanes of a block; 0: one on a CPU, all elsewhere."""
        self._parts = (layout, model)
        self._width = width
        self._lanes: list[Lane] = []
        self._blocks: list[Block] = []
        self._workers = 1
        self._crew: Crew | None = None
        self._shares: list[list[Lane]] = []
        """The lanes of each worker."""
        self._shared: set[Lane] = set()
        """Lanes whose rows are in memory that processes share."""
        self.ahead = 0
        """Launches that may be under way before the first of them is read."""
        self.stopping: Callable[[], bool] = lambda: False
        """Whether the run is to be stopped: then no worker is waited for without end."""

    @property
    def workers(self) -> int:
        """Processes that step lanes side by side, each single-threaded; 1: this one alone."""
        return self._workers

    @workers.setter
    def workers(self, workers: int) -> None:
        self._workers = workers
        self._dismiss()
        self.hold(self._lanes)

    def hold(self, lanes: Sequence[Lane]) -> None:
        """Train these lanes from now on, and no others. All of one device."""
        self._lanes = list(lanes)
        if self._crew and self._keeps_crew():
            return
        self._dismiss()
        on_gpu = bool(lanes) and not lanes[0].rows.weights.is_cpu
        if self._workers > 1 and len(lanes) > 1 and not on_gpu and self._hired():
            return
        width = self._width or (max(1, len(lanes)) if on_gpu else 1)
        self.ahead = 1 if on_gpu else 0
        wanted = set(lanes)
        kept = [block for block in self._blocks if _share(block, wanted) > FULL_ENOUGH]
        loose = wanted - {lane for block in kept for lane in block.lanes}
        if loose and width > 1:  # newcomers join the others rather than step beside them
            kept, loose = [], wanted
        for block in kept:
            block.release([lane for lane in block.lanes if lane not in wanted])
        ordered = [lane for lane in lanes if lane in loose]
        self._blocks = kept
        if ordered:
            self._blocks += self._built(ordered, width)

    def launch(self, steps: int, due: Mapping[Lane, Sequence[int]]) -> Flight:
        """Update every lane so many times; `due` says after how many of them each is measured.

        Raises RunFailed if a worker died.
        """
        if self._crew:
            wanted = set(self._lanes)
            at = [
                [sorted(due.get(lane, ())) if lane in wanted else None for lane in lanes]
                for lanes in self._shares
            ]
            measured = self._crew.run(steps, at)
            parts: list[Part] = [
                ([lane], points, numbers.clone)
                for share in zip(self._shares, at, measured, strict=True)
                for lane, points, numbers in zip(*share, strict=True)
                if points is not None
            ]
        else:
            parts = []
            for block in self._blocks:
                points = sorted({after for lane in block.lanes for after in due.get(lane, ())})
                parts.append((list(block.lanes), points, block.run(steps, points)))
        began = {lane: lane.step for lane in due}
        return Flight(steps, parts, {lane: frozenset(at) for lane, at in due.items()}, began)

    def _dismiss(self) -> None:
        if self._crew:
            self._crew.close()
            self._crew = None

    def _keeps_crew(self) -> bool:
        """Whether the workers go on as they are, without the lanes that ended."""
        theirs = {lane for lanes in self._shares for lane in lanes}
        left = set(self._lanes)
        return left <= theirs and len(left) > FULL_ENOUGH * len(theirs)

    def _hired(self) -> bool:
        """Give every worker its lanes, in memory that it shares with this process.

        False where the system has no room for them: this process then works alone.
        """
        count = min(self._workers, len(self._lanes))
        self._shares = [self._lanes[first::count] for first in range(count)]
        try:
            for lane in self._lanes:
                if lane not in self._shared:
                    _share_rows(lane)
                    self._shared.add(lane)
            self._crew = Crew(
                self._shares, lambda lanes: self._built(lanes, 1), lambda: self.stopping()
            )
        except OSError:
            self._workers = 1
            return False
        self._shared &= set(self._lanes)
        self._blocks = []
        return True

    def _built(self, lanes: Sequence[Lane], width: int) -> list[Block]:
        """The lanes in blocks of that width, or of less where the memory of the device is small.

        Only lanes of one group step as one.
        """
        alike: dict[object, list[Lane]] = {}
        for lane in lanes:
            alike.setdefault(lane.group if width > 1 else lane, []).append(lane)
        while True:
            groups = [
                group[first : first + width]
                for group in alike.values()
                for first in range(0, len(group), width)
            ]
            try:
                return self._blocks_of(groups)
            except RuntimeError as error:
                # torch's own error where it allocates; a library or a graph says it in words
                if width == 1 or "out of memory" not in str(error).lower():
                    raise
            torch.cuda.empty_cache()  # only here: until now the error kept what it had
            width = -(-width // 2)

    def _blocks_of(self, groups: Sequence[Sequence[Lane]]) -> list[Block]:
        example = groups[0][0].rows.weights
        if example.is_cuda:
            cuda = CudaWorkspace(example)
            return [Replayed(lanes, *self._parts, cuda) for lanes in groups]
        return [Block(lanes, *self._parts, Workspace(example)) for lanes in groups]


@dataclass(frozen=True, eq=False)
class Flight:
    """Updates under way, and the measurements that come of them."""

    steps: int
    _parts: Sequence[Part]
    _due: Mapping[Lane, frozenset[int]]
    _began: Mapping[Lane, int]

    def readings(self) -> list[Reading]:
        """Every measurement that was due. Waits for them."""
        found = []
        for lanes, at, measuring in self._parts:
            points = measuring().reshape(len(at), len(lanes), len(NUMBERS)).tolist()
            for after, row in zip(at, points, strict=True):
                for lane, numbers in zip(lanes, row, strict=True):
                    if after in self._due.get(lane, ()):
                        named = dict(zip(NUMBERS, numbers, strict=True))
                        found.append(Reading(lane, self._began[lane] + after, after, named))
        return found


def _share_rows(lane: Lane) -> None:
    """Put what trains of a lane into memory that processes share."""
    lane.rows = shared(lane.rows)
    if lane.popup:
        lane.popup = replace(lane.popup, rows=shared(lane.popup.rows))


def _share(block: Block, wanted: set[Lane]) -> float:
    return sum(lane in wanted for lane in block.lanes) / len(block.lanes)
