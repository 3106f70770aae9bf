"""The four-matrix MLP, logits = W_U^T W_out relu(W_in (E_a + E_b)), in its collapsed form.

Nothing stands between W_E and W_in, nor between W_out and W_U, so A = W_in W_E and B = W_U^T W_out
are made once a step and an example costs one row of A^T for each token. The function and its
gradients are the same to rounding; masks act on the four factors, so tickets are exact too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine.lookup import Lookup
from grok_tui.engine.models.initial import Initial
from grok_tui.engine.products import Product, multiply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.workspace import Workspace
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.models import Mlp


class CollapsedMlp:
    """W_E (embedding, vocabulary), W_in (hidden, embedding), W_out (embedding, hidden), W_U
    (embedding, classes)."""

    def __init__(self, section: Mlp, config: Config) -> None:
        self.shapes: Mapping[str, tuple[int, ...]] = config.shapes()
        self.initial = Initial(section, self.shapes)

    def network(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        workspace: Workspace,
    ) -> MlpNetwork:
        """The MLP bound to weights, gradients, and tokens (..., examples, 2) of both sets."""
        return MlpNetwork(weights, gradients, sets, workspace)


class MlpNetwork:
    """Tables of the vocabulary, made anew at each forward pass, and rows of them for examples."""

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        workspace: Workspace,
    ) -> None:
        self._weights, self._gradients = weights, gradients
        W_E, W_in, W_U = weights["W_E"], weights["W_in"], weights["W_U"]
        lanes, d_hidden = W_E.shape[:-2], W_in.shape[-2]
        vocabulary, classes = W_E.shape[-1], W_U.shape[-1]
        self._train, self._test = (Lookup(tokens, vocabulary) for tokens in sets)
        new = workspace.buffer
        self._A = new("A", *lanes, d_hidden, vocabulary)
        self._A_T = new("A_T", *lanes, vocabulary, d_hidden)
        self._B = new("B", *lanes, classes, d_hidden)
        self._B_T = new("B_T", *lanes, d_hidden, classes)
        self._gB = new("gB", *lanes, classes, d_hidden)
        self._logits = new("logits", *sets[0].shape[:-1], classes)
        self._test_logits = new("test logits", *sets[1].shape[:-1], classes)
        self._g_hidden = new("g_hidden", *sets[0].shape[:-1], d_hidden)
        self._hidden = self._g_hidden

        W_out = weights["W_out"]
        self._make_A = Product(W_in, W_E, self._A)
        self._make_B = Product(W_U.mT, W_out, self._B)
        self._backward_of_B = (
            Product(W_U, self._gB, gradients["W_out"]),
            Product(W_out, self._gB.mT, gradients["W_U"]),
        )

    def forward(self) -> Tensor:
        """Logits (..., examples, classes) of the training set."""
        self._make_A()
        self._make_B()
        self._A_T.copy_(self._A.mT)
        self._B_T.copy_(self._B.mT)  # the long product over examples is faster on it
        self._hidden = self._train.gather(self._A_T).clamp_min_(0.0)
        return multiply(self._hidden, self._B_T, out=self._logits)

    def test(self) -> Tensor:
        """Logits of the test set from the tables of the last forward pass."""
        hidden = self._test.gather(self._A_T).clamp_min_(0.0)
        return multiply(hidden, self._B_T, out=self._test_logits)

    def backward(self, slope: Tensor) -> None:
        """The four gradients from `slope` (..., examples, classes)."""
        weights, gradients = self._weights, self._gradients
        hidden, g_hidden = self._hidden, self._g_hidden
        multiply(slope.mT, hidden, out=self._gB)
        multiply(slope, self._B, out=g_hidden)
        torch.ops.aten.threshold_backward.grad_input(g_hidden, hidden, 0.0, grad_input=g_hidden)
        gA_T = self._train.scatter(g_hidden)
        multiply(gA_T.mT, weights["W_E"].mT, out=gradients["W_in"])
        multiply(weights["W_in"].mT, gA_T.mT, out=gradients["W_E"])
        for product in self._backward_of_B:
            product()
