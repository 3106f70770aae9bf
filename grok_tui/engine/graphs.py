"""A block on a CUDA device, whose step is recorded once and replayed.

Launching forty small kernels costs more than running them. The recorded step is the same code as
everywhere; what changes from step to step (weights, moments, update counts) lives on the device.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import optimizer
from grok_tui.engine.lanes import Lane, Layout, Rows
from grok_tui.engine.training import NUMBERS, Block, Measuring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.engine.models.model import Model
    from grok_tui.engine.workspace import Workspace
    from grok_tui.protocol.config import Train

POINTS = 256
"""Measurements that the buffer on the device has room for, before it grows."""
WARM_UP = 3
"""Passes before recording: libraries set themselves up at their first."""


class Replayed(Block):
    """Lanes that step by replaying CUDA graphs: of a step, of a measurement, and of both.

    Nothing is allocated after the construction, which raises torch.OutOfMemoryError where the
    device is too small and leaves the lanes as they were.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        layout: Layout,
        model: Model,
        train: Train,
        workspace: Workspace,
    ) -> None:
        super().__init__(lanes, layout, model, train, workspace)
        self._stream: torch.cuda.Stream = workspace.stream()
        self._slot = torch.zeros(1, dtype=torch.int64, device=self._row.device)
        self._warm_up(train)
        self._record(POINTS)

    def run(self, steps: int, at: Sequence[int]) -> Measuring:
        """The same as of any block; the device may still be busy with it on return."""
        if len(at) > len(self._measured):
            self._record(2 * len(at))
        points = set(at)
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream), torch.inference_mode():
            self._slot.zero_()
            for done in range(steps + 1):
                graph = self._graphs.get((done in points, done < steps))
                if graph:
                    graph.replay()
            measuring = self._copied(len(at))
        torch.cuda.current_stream().wait_stream(self._stream)
        return measuring

    def _copied(self, points: int) -> Measuring:
        """What was measured, on its way to the CPU while the device goes on."""
        measured = self._measured[:points]
        copy = torch.empty(measured.shape, dtype=measured.dtype, pin_memory=True)
        copy.copy_(measured, non_blocking=True)
        arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
        arrived.record(self._stream)
        return partial(_awaited, arrived, copy)

    def _warm_up(self, train: Train) -> None:
        """Let every kernel run once where it changes nothing that counts."""
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream), torch.inference_mode():
            spare = Rows.start(*(self._row.new_zeros(16) for _ in range(2)))
            for _ in range(WARM_UP):
                self._workspace.holder = None
                self.measure()
                self.slopes()
                optimizer.AdamW(train).bind([spare]).update()
        self._workspace.holder = None
        self._stream.synchronize()

    def _record(self, points: int) -> None:
        """Record the three graphs around a buffer for so many measurements."""
        numbers = (len(self.lanes), len(NUMBERS)) if self._row.dim() > 1 else (len(NUMBERS),)
        self._measured = torch.zeros(points, *numbers, dtype=torch.float64, device=self._row.device)
        self._graphs = {
            kind: self._recorded(*kind) for kind in ((False, True), (True, True), (True, False))
        }

    def _recorded(self, measured: bool, stepped: bool) -> torch.cuda.CUDAGraph:
        graph = torch.cuda.CUDAGraph()
        self._workspace.holder = None
        pool = self._workspace.pool()
        with torch.inference_mode(), torch.cuda.graph(graph, pool=pool, stream=self._stream):
            if measured:
                self._measured.index_copy_(0, self._slot, self.measure().unsqueeze(0))
                self._slot.add_(1)
            if stepped:
                self.step()
        self._workspace.holder = None  # a replay does not know what the one before left
        return graph


def _awaited(arrived: torch.cuda.Event, copy: Tensor) -> Tensor:
    arrived.synchronize()
    return copy
