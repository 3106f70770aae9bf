"""What a step costs in counted operations, and what this machine could do at most."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.optim.adamw import adamw

from benchmarks.clock import now
from grok_tui.protocol.benchmark import Roof

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grok_tui.protocol.config import Config

BYTES_A_WEIGHT = 28
"""AdamW reads a float32 weight, its gradient and two moments, and writes all but the gradient."""
GEMM_CPU, GEMM_GPU = 1024, 4096
UPDATES = 20
LOOK = 0.1
"""Seconds for each look at the roof."""


@dataclass(frozen=True)
class Counts:
    """Operations and traffic of one step of one lane; a multiplication and an addition are two."""

    step: int
    """Forward and backward over the training set; nothing is done twice for the same token."""
    test: int
    """The test set through tables that are there already."""
    traffic: int
    """Bytes that AdamW moves."""


def count(config: Config) -> Counts:
    """The products of a collapsed step. Elementwise work and lookups are not counted.

    Weights are multiplied with weights once a step, by vocabulary row; each example costs one
    product with a table. A backward pass is two products for each of the forward pass.
    """
    shapes = config.shapes()
    tables, readout = _transformer(shapes) if "W_Q" in shapes else _mlp(shapes)
    train = config.task.train_examples
    test = config.task.examples - train
    return Counts(
        step=3 * (tables + train * readout),
        test=test * readout,
        traffic=BYTES_A_WEIGHT * config.parameters,
    )


def _mlp(shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, int]:
    """W_in W_E and W_out^T W_U; then one row of hidden units by the second for an example."""
    d_embedding, vocabulary = shapes["W_E"]
    d_hidden, classes = shapes["W_in"][0], shapes["W_U"][1]
    tables = 2 * d_hidden * d_embedding * (vocabulary + classes)
    return tables, 2 * d_hidden * classes


def _transformer(shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, int]:
    """By vocabulary row: q, k, v, W_O v, scores, and what W_in and W_U make of x and of W_O v."""
    d_model, vocabulary = shapes["W_E"]
    heads, d_head, _ = shapes["W_Q"]
    d_mlp, classes = shapes["W_in"][0], shapes["W_U"][1]
    of_a_head = 4 * d_head * d_model + vocabulary * d_head + d_model * (d_mlp + classes)
    of_x = d_model * (d_mlp + classes)
    tables = 2 * vocabulary * (heads * of_a_head + of_x) + 2 * classes * d_model * d_mlp
    return tables, 2 * d_mlp * classes


def bound(counts: Counts, gemm: float, adamw_rate: float, tested: float = 0.0) -> float:
    """Steps a second if nothing but products at `gemm` flop/s and AdamW at its bytes/s took time.

    `tested` is the part of the steps that evaluates the test set.
    """
    flop = counts.step + tested * counts.test
    return 1 / (flop / gemm + counts.traffic / adamw_rate)


class Roofs:
    """The best product and the best update that were seen, by number of threads."""

    def __init__(self, device: torch.device) -> None:
        """To be made before anything sets torch's threads."""
        self.device = device
        self.all_threads = torch.get_num_threads()
        choices = {1, self.all_threads} if device.type == "cpu" else {self.all_threads}
        self._gemm = dict.fromkeys(sorted(choices), 0.0)
        self._adamw = dict(self._gemm)

    def take(self, weights: int) -> None:
        """Look again, with lanes of so many weights."""
        for threads in self._gemm:
            torch.set_num_threads(threads)
            product = gemm(self.device, LOOK)
            update = adamw_traffic(self.device, weights, LOOK)
            self._gemm[threads] = max(self._gemm[threads], product)
            self._adamw[threads] = max(self._adamw[threads], update)

    def one_thread(self) -> tuple[float, float]:
        """flop/s of products and bytes/s of AdamW with the fewest threads."""
        threads = min(self._gemm)
        return self._gemm[threads], self._adamw[threads]

    def best(self) -> tuple[float, float]:
        """The same with as many threads as is best for each."""
        return max(self._gemm.values()), max(self._adamw.values())

    def report(self) -> tuple[Roof, ...]:
        """What was seen."""
        return tuple(
            Roof(
                threads=threads,
                gemm_gflops=self._gemm[threads] / 1e9,
                adamw_gbytes=self._adamw[threads] / 1e9,
            )
            for threads in self._gemm
        )


def gemm(device: torch.device, seconds: float) -> float:
    """The best flop/s of a large product in float32."""
    size = GEMM_GPU if device.type == "cuda" else GEMM_CPU
    left, right, out = (torch.randn(size, size, device=device) for _ in range(3))
    return 2 * size**3 / _best(lambda: torch.mm(left, right, out=out), device, seconds)


def adamw_traffic(device: torch.device, weights: int, seconds: float) -> float:
    """The best bytes/s of the fused update of so many weights, again and again."""
    row, gradient, first, second = (torch.rand(weights, device=device) for _ in range(4))
    updates = torch.zeros((), device=device)

    def update() -> None:
        for _ in range(UPDATES):
            _update(row, gradient, first, second, updates)

    return UPDATES * BYTES_A_WEIGHT * weights / _best(update, device, seconds)


def _update(row: Tensor, gradient: Tensor, first: Tensor, second: Tensor, updates: Tensor) -> None:
    adamw(
        [row],
        [gradient],
        [first],
        [second],
        [],
        [updates],
        fused=True,
        amsgrad=False,
        beta1=0.9,
        beta2=0.98,
        lr=1e-3,
        weight_decay=1.0,
        eps=1e-8,
        maximize=False,
    )


def _best(work: Callable[[], object], device: torch.device, seconds: float) -> float:
    """The shortest time that the work took, tried for so long and at least three times."""
    until = time.perf_counter() + seconds
    best, tries = math.inf, 0
    while tries < 3 or time.perf_counter() < until:
        began = now(device)
        work()
        best = min(best, now(device) - began)
        tries += 1
    return best
