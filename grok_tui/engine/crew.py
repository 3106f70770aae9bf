"""Processes that step lanes side by side, on rows in memory that they share with the trainer.

Threads would wait for each other: a step is a hundred short calls, and each takes Python's lock
twice. The processes are forked, so that torch is not loaded again; they answer one request at a
time, hold nothing of the trainer's but their pipe, and end with it, however that came.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import select
import signal
import struct
import sys
import time
import traceback
import warnings
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec
import torch
from torch import Tensor

from grok_tui.engine.lanes import Rows
from grok_tui.errors import RunFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grok_tui.engine.lanes import Lane
    from grok_tui.engine.training import Block

POSSIBLE = sys.platform == "linux"
"""Elsewhere a forked process may not use the system's linear algebra."""
_LENGTH = struct.Struct("<Q")
FAILED = 3
PATIENCE = 10.0
"""Seconds that a worker has for its answer from when the run is to be stopped."""
_LOOK_EVERY = 500
"""Milliseconds after which a trainer that waits for a worker looks whether it is to stop."""
_MAX_TRACEBACK = 10_000
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


class Request(msgspec.Struct, frozen=True, array_like=True):
    """Updates to do, and after how many of them each block is measured."""

    steps: int
    at: list[list[int] | None]
    """None for a block whose lane has ended: it is left alone."""


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """The measurements of each block, point by point, or what went wrong."""

    numbers: list[list[float]]
    problem: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class _Worker:
    pid: int
    requests: int
    """File descriptor to write to."""
    replies: int


class Crew:
    """Worker processes, each with its lanes. `close` them before the lanes train elsewhere."""

    def __init__(
        self,
        shares: Sequence[Sequence[Lane]],
        build: Callable[[Sequence[Lane]], list[Block]],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """A process for each share of the lanes, all of whose rows must be `shared`.

        `stopping` says whether the run is to be stopped. Raises OSError where the system has no
        room for so many.
        """
        self._workers: list[_Worker] = []
        self._stopping = stopping
        try:
            for lanes in shares:
                self._workers.append(_forked(lanes, build))
        except OSError:
            self.close()
            raise

    def run(self, steps: int, at: Sequence[Sequence[list[int] | None]]) -> list[list[Tensor]]:
        """So many updates of the lanes; `at` and the measurements by worker and block.

        A block with None is left alone. Raises RunFailed if a process died or failed, or hangs when
        the run is to be stopped.
        """
        for worker, points in zip(self._workers, at, strict=True):
            request = Request(steps, list(points))
            with contextlib.suppress(BrokenPipeError):  # its reply will be missing
                _send(worker.requests, msgspec.msgpack.encode(request))
        return [self._reply(worker) for worker in self._workers]

    def close(self) -> None:
        """End the processes, also one that hangs: what they did is in the shared rows."""
        for worker in self._workers:
            os.close(worker.requests)
            os.close(worker.replies)
            with contextlib.suppress(ChildProcessError):  # its end is known already
                if os.waitpid(worker.pid, os.WNOHANG) == (0, 0):
                    os.kill(worker.pid, signal.SIGKILL)
                    os.waitpid(worker.pid, 0)
        self._workers = []

    def _reply(self, worker: _Worker) -> list[Tensor]:
        self._await(worker)
        data = _receive(worker.replies)
        if data is None:
            raise RunFailed(f"a worker process of the trainer died{_fate(worker.pid)}")
        reply = msgspec.msgpack.decode(data, type=Reply)
        if reply.problem:
            sentence = f"a worker process of the trainer failed: {reply.problem}"
            raise RunFailed(sentence) from RuntimeError(f"\n{reply.traceback}")
        return [torch.tensor(numbers, dtype=torch.float64) for numbers in reply.numbers]

    def _await(self, worker: _Worker) -> None:
        """Wait for a reply or an end. A run that is to be stopped has no patience for ever."""
        replies = select.poll()
        replies.register(worker.replies, select.POLLIN)
        deadline = None
        while not replies.poll(_LOOK_EVERY):
            now = time.monotonic()
            if deadline is None and self._stopping():
                deadline = now + PATIENCE
            if deadline is not None and now >= deadline:
                raise RunFailed(
                    "a worker process of the trainer does not answer; "
                    "the run was stopped without a checkpoint"
                )


def shared(rows: Rows) -> Rows:
    """The rows in memory that forked processes share, each on a page of its own."""
    return Rows(**{part.name: _shared(getattr(rows, part.name)) for part in fields(Rows)})


def _shared(tensor: Tensor) -> Tensor:
    size = max(1, tensor.numel()) * tensor.element_size()
    memory = mmap.mmap(-1, size)
    copy = torch.frombuffer(memory, dtype=tensor.dtype, count=tensor.numel()).view(tensor.shape)
    return copy.copy_(tensor)


def _forked(lanes: Sequence[Lane], build: Callable[[Sequence[Lane]], list[Block]]) -> _Worker:
    theirs, requests = os.pipe()
    replies, ours = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of threads that a fork leaves behind: a worker waits for none of them
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        _work(theirs, ours, lanes, build)
    os.close(theirs)
    os.close(ours)
    return _Worker(pid, requests, replies)


def _work(
    requests: int,
    replies: int,
    lanes: Sequence[Lane],
    build: Callable[[Sequence[Lane]], list[Block]],
) -> NoReturn:
    """The life of a worker. It never returns to the code that forked it."""
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)  # in the midst of a step, too
        _close_others(requests, replies)
        torch.set_num_threads(1)  # those that the trainer has would be waited for here: forever
        blocks = build(lanes)
        while (data := _receive(requests)) is not None:
            request = msgspec.msgpack.decode(data, type=Request)
            pairs = zip(blocks, request.at, strict=True)
            numbers = [[] if at is None else _numbers(block, request, at) for block, at in pairs]
            _send(replies, msgspec.msgpack.encode(Reply(numbers)))
    except BaseException as error:
        problem = f"{type(error).__name__}: {error}"[:300]
        traced = traceback.format_exc()[-_MAX_TRACEBACK:]
        with contextlib.suppress(OSError):
            _send(replies, msgspec.msgpack.encode(Reply([], problem, traced)))
        os._exit(FAILED)
    os._exit(0)


def _numbers(block: Block, request: Request, at: list[int]) -> list[float]:
    numbers: list[float] = block.run(request.steps, at)().flatten().tolist()
    return numbers


def _close_others(*kept: int) -> None:
    """Close what was inherited: the run's lock, and pipes that would keep others waiting.

    Only what is open: a container may allow a thousand million descriptors.
    """
    for path in list(Path("/proc/self/fd").iterdir()):
        descriptor = int(path.name)
        if descriptor > 2 and descriptor not in kept:
            with contextlib.suppress(OSError):  # the one of the listing itself
                os.close(descriptor)


def _send(descriptor: int, data: bytes) -> None:
    left = memoryview(_LENGTH.pack(len(data)) + data)
    while left:
        left = left[os.write(descriptor, left) :]


def _receive(descriptor: int) -> bytes | None:
    """One message, or None where the other side is gone."""
    head = _read(descriptor, _LENGTH.size)
    return _read(descriptor, _LENGTH.unpack(head)[0]) if head else None


def _read(descriptor: int, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        part = os.read(descriptor, min(size - len(data), 1 << 16))
        if not part:
            return None
        data += part
    return bytes(data)


def _fate(pid: int) -> str:
    """What ended a process, in words; empty where nobody knows."""
    with contextlib.suppress(ChildProcessError):
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            return f" (signal {os.WTERMSIG(status)})"
    return ""
