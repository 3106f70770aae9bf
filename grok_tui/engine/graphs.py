"""A block on a CUDA device, whose step is recorded once and replayed.

Launching forty small kernels costs more than running them. The recorded step is the same code as
everywhere; what changes from step to step (weights, moments, update counts) lives on the device.
"""

from __future__ import annotations

import contextlib
from functools import cache, partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import optimizer
from grok_tui.engine.lanes import Lane, Layout, Rows
from grok_tui.engine.training import NUMBERS, Block, Measuring
from grok_tui.engine.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grok_tui.engine.models.model import Model
    from grok_tui.protocol.config import Train

POINTS = 256
"""Measurements that the buffer on the device has room for, before it grows."""
WARM_UP = 3
"""Passes before recording: libraries set themselves up at their first."""


class CudaWorkspace(Workspace):
    """The one place that records, replays and copies on a CUDA device, all on one stream."""

    def __init__(self, example: Tensor) -> None:
        super().__init__(example)
        self._stream = _stream(example.device)
        self._pool = torch.cuda.graph_pool_handle()
        """Memory that the graphs use in turn: none leaves anything there for another."""

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Whatever is launched inside runs after what came before, and before what comes after."""
        outside = torch.cuda.current_stream(self.example.device)
        self._stream.wait_stream(outside)
        with torch.cuda.stream(self._stream), torch.inference_mode():
            yield
        outside.wait_stream(self._stream)

    def recorded(self, body: Callable[[], None]) -> Callable[[], None]:
        """`body` as a graph; a call replays it. Recording does not run it."""
        graph = torch.cuda.CUDAGraph()
        with torch.inference_mode(), torch.cuda.graph(graph, self._pool, self._stream):
            body()
        return graph.replay

    def copied(self, numbers: Tensor) -> Measuring:
        """Numbers on their way to the CPU, while the device goes on."""
        copy = torch.empty(numbers.shape, dtype=numbers.dtype, pin_memory=True)
        copy.copy_(numbers, non_blocking=True)
        arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
        arrived.record(self._stream)
        return partial(_awaited, arrived, copy)


class Replayed(Block):
    """Lanes that step by replaying graphs: of a step, of a measurement, and of both.

    Nothing is allocated after the construction, which raises torch.OutOfMemoryError where the
    device is too small and leaves the lanes as they were.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        layout: Layout,
        model: Model,
        workspace: CudaWorkspace,
    ) -> None:
        super().__init__(lanes, layout, model, workspace)
        self._cuda = workspace
        self._slot = torch.zeros(1, dtype=torch.int64, device=self._row.device)
        with workspace.active():
            self._warm_up(lanes[0].train)
        self._record(POINTS)

    def run(self, steps: int, at: Sequence[int]) -> Measuring:
        """The same as of any block; the device may still be busy with it on return."""
        if len(at) > len(self._measured):
            self._record(2 * len(at))
        points = set(at)
        with self._cuda.active():
            self._slot.zero_()
            for done in range(steps + 1):
                replay = self._replays.get((done in points, done < steps))
                if replay:
                    replay()
            return self._cuda.copied(self._measured[: len(at)])

    def _warm_up(self, train: Train) -> None:
        """Let every kernel run once where it changes nothing that counts."""
        spare = Rows.start(*(self._row.new_zeros(16) for _ in range(2)))
        for _ in range(WARM_UP):
            self._cuda.holder = None
            self.measure()
            self.slopes()
            optimizer.AdamW(train).bind([spare]).update()

    def _record(self, points: int) -> None:
        """Record the three graphs around a buffer for so many measurements."""
        lanes = () if self._row.dim() == 1 else (len(self.lanes),)
        self._measured = torch.zeros(
            points, *lanes, len(NUMBERS), dtype=torch.float64, device=self._row.device
        )
        self._replays = {
            kind: self._cuda.recorded(partial(self._act, *kind))
            for kind in ((False, True), (True, True), (True, False))
        }
        self._cuda.holder = None

    def _act(self, measured: bool, stepped: bool) -> None:
        """What a graph holds. It begins with the forward pass: it may follow any other graph."""
        self._cuda.holder = None
        if measured:
            self._measured.index_copy_(0, self._slot, self.measure().unsqueeze(0))
            self._slot.add_(1)
        if stepped:
            self.step()


@cache
def _stream(device: torch.device) -> torch.cuda.Stream:
    """The one stream of a device: libraries keep memory for each that they have seen."""
    stream: torch.cuda.Stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    return stream


def _awaited(arrived: torch.cuda.Event, copy: Tensor) -> Tensor:
    arrived.synchronize()
    return copy
