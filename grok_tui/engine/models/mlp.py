"""The four-matrix MLP, logits = W_U^T W_out relu(W_in (E_a + E_b)), in its collapsed form.

Nothing stands between W_E and W_in, nor between W_out and W_U, so A = W_in W_E and B = W_U^T W_out
are made once a step and an example costs one row of A^T for each token. The function and its
gradients are the same to rounding; masks act on the four factors, so tickets are exact too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import seeds, weights
from grok_tui.engine.products import Scratch, multiply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.protocol.config import Config, Mlp


class CollapsedMlp:
    """W_E (embedding, vocabulary), W_in (hidden, embedding), W_out (embedding, hidden), W_U
    (embedding, classes)."""

    def __init__(self, section: Mlp, config: Config) -> None:
        self._section = section
        self.shapes: Mapping[str, tuple[int, ...]] = config.shapes()
        self._read: dict[str, Tensor] = {}

    def initial(self, seed: int) -> dict[str, Tensor]:
        """N(0, (init_scale / sqrt(d_in))^2) for each matrix, or the weights of a file.

        d_in is what a matrix sums over: columns, but rows for W_U, which stands transposed.
        Raises PresetError for a file that does not fit.
        """
        section = self._section
        if section.weights_from:
            if not self._read:  # once: a file that changes under a run must not part its lanes
                path, prefix = section.weights_from, section.weights_prefix
                self._read = weights.matrices(path, prefix, self.shapes)
            return self._read
        drawn = {}
        for name, (rows, columns) in self.shapes.items():
            d_in = rows if name == "W_U" else columns
            noise = torch.randn(rows, columns, generator=seeds.generator(f"init/{name}", seed))
            drawn[name] = noise * (section.init_scale / math.sqrt(d_in))
        return drawn

    def forward(self, weights: Mapping[str, Tensor], inputs: Tensor, scratch: Scratch) -> Tensor:
        """Logits (..., examples, classes) for inputs (..., examples, vocabulary)."""
        W_E, W_in, W_out, W_U = (weights[name] for name in ("W_E", "W_in", "W_out", "W_U"))
        lanes, examples = inputs.shape[:-2], inputs.shape[-2]
        d_hidden, vocabulary, classes = W_in.shape[-2], W_E.shape[-1], W_U.shape[-1]
        A = scratch.like("A", (*lanes, d_hidden, vocabulary), W_E)
        A_T = scratch.like("A_T", (*lanes, vocabulary, d_hidden), W_E)
        B = scratch.like("B", (*lanes, classes, d_hidden), W_E)
        B_T = scratch.like("B_T", (*lanes, d_hidden, classes), W_E)
        hidden = scratch.like("hidden", (*lanes, examples, d_hidden), W_E)
        logits = scratch.like("logits", (*lanes, examples, classes), W_E)
        multiply(W_in, W_E, out=A)
        multiply(W_U.mT, W_out, out=B)
        A_T.copy_(A.mT)  # the long products over examples are faster on tables that lie in order
        B_T.copy_(B.mT)
        multiply(inputs, A_T, out=hidden)
        hidden.clamp_min_(0.0)
        return multiply(hidden, B_T, out=logits)

    def backward(
        self,
        weights: Mapping[str, Tensor],
        inputs: Tensor,
        slope: Tensor,
        gradients: Mapping[str, Tensor],
        scratch: Scratch,
    ) -> None:
        """The four gradients from `slope` (..., examples, classes) and what forward left."""
        hidden = scratch.like("hidden", (*inputs.shape[:-1], weights["W_in"].shape[-2]), slope)
        B = scratch.like("B", (*slope.shape[:-2], slope.shape[-1], hidden.shape[-1]), slope)
        gA = scratch.like("gA", (*B.shape[:-2], B.shape[-1], inputs.shape[-1]), slope)
        gB = scratch.like("gB", tuple(B.shape), slope)
        g_hidden = scratch.like("g_hidden", tuple(hidden.shape), slope)
        multiply(slope.mT, hidden, out=gB)
        multiply(slope, B, out=g_hidden)
        torch.ops.aten.threshold_backward.grad_input(g_hidden, hidden, 0.0, grad_input=g_hidden)
        multiply(g_hidden.mT, inputs, out=gA)
        multiply(gA, weights["W_E"].mT, out=gradients["W_in"])
        multiply(weights["W_in"].mT, gA, out=gradients["W_E"])
        multiply(weights["W_U"], gB, out=gradients["W_out"])
        multiply(weights["W_out"], gB.mT, out=gradients["W_U"])
