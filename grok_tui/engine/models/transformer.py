"""The one-layer transformer of two tokens, read at the last, in its collapsed form.

Everything linear is done once for each row of the vocabulary: queries, keys, values, the output
of each head T_h = W_O,h W_V,h x, and what x and T_h add to the hidden layer and to the logits,
one product with F = [W_in; W_U^T]. The last token sees two keys, so a head's attention is one
sigmoid, alpha = sigmoid(s(a, b) - s(b, b)), and an example is a weighted sum of table rows:
row b of x with weight 1, and for each head row a of T_h with alpha and row b with 1 - alpha.
With learned positions the vocabulary has two rows a token, one for each position.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine.models.initial import Initial
from grok_tui.engine.models.pairs import Pairs
from grok_tui.engine.products import multiply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.workspace import Workspace
    from grok_tui.protocol.config import Config, Transformer


class CollapsedTransformer:
    """W_E, W_U (d_model, vocabulary), W_Q, W_K, W_V (heads, d_head, d_model), W_O (d_model, heads x
    d_head), W_in (d_mlp, d_model), W_out (d_model, d_mlp), and as options W_pos, b_in, b_out."""

    def __init__(self, section: Transformer, config: Config) -> None:
        self.shapes: Mapping[str, tuple[int, ...]] = config.shapes()
        self.initial = Initial(section, self.shapes)
        self._scale = 1 / math.sqrt(section.d_head) if section.scaled else 1.0

    def network(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        workspace: Workspace,
    ) -> TransformerNetwork:
        """The transformer bound to weights, gradients, and tokens (..., examples, 2) of both."""
        return TransformerNetwork(weights, gradients, sets, self._scale, workspace)


class TransformerNetwork:
    """Tables of the vocabulary, made anew at each forward pass, and rows of them for examples."""

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        scale: float,
        workspace: Workspace,
    ) -> None:
        self._weights, self._gradients, self._scale = weights, gradients, scale
        W_E, W_Q, W_in, W_U = (weights[name] for name in ("W_E", "W_Q", "W_in", "W_U"))
        *lanes, d_model, self._vocabulary = W_E.shape
        heads, d_head = W_Q.shape[-3:-1]
        self._d_mlp, classes = W_in.shape[-2], W_U.shape[-1]
        self._rows = rows = self._vocabulary * (2 if "W_pos" in weights else 1)
        blocks, width = 1 + heads, self._d_mlp + classes
        self._train, self._test = (Pairs(tokens, W_E, rows, heads) for tokens in sets)
        self._columns = [slice(head * d_head, (head + 1) * d_head) for head in range(heads)]
        """Of each head in what stands side by side for all heads."""
        self._blocks = [slice((1 + head) * rows, (2 + head) * rows) for head in range(heads)]
        """Rows of Y that are T of each head."""
        new = workspace.buffer
        self._Y, self._gY = (new(name, *lanes, blocks * rows, d_model) for name in ("Y", "gY"))
        """Vocabulary rows x, then for each head the rows T_h."""
        self._q, self._k, self._v, self._gq, self._gk, self._gv = (
            new(name, *lanes, rows, heads * d_head) for name in ("q", "k", "v", "gq", "gk", "gv")
        )
        self._scores, self._g_scores = (
            new(name, *lanes, heads, rows, rows) for name in ("scores", "g_scores")
        )
        self._F, self._gF = (new(name, *lanes, width, d_model) for name in ("F", "gF"))
        self._Z = new("Z", *lanes, blocks * rows, width)
        """What each row of Y adds to the hidden layer, then to the logits."""
        self._C_T, self._gC_T = (
            new(name, *lanes, self._d_mlp, classes) for name in ("C_T", "gC_T")
        )
        self._logits = new("logits", *sets[0].shape[:-1], classes)
        self._test_logits = new("test logits", *sets[1].shape[:-1], classes)
        self._g_mixed = new("g_mixed", *sets[0].shape[:-1], width)
        self._attention = self._g_mixed, self._g_mixed
        self._shares = self._mixed = self._g_mixed

    def forward(self) -> Tensor:
        """Logits (..., examples, classes) of the training set."""
        self._make_tables()
        self._attention = self._train.attention(self._scores)
        self._mixed, self._shares = self._train.read(self._Z, self._attention)
        return self._read_out(self._mixed, self._logits)

    def test(self) -> Tensor:
        """Logits of the test set from the tables of the last forward pass."""
        mixed, _ = self._test.read(self._Z, self._test.attention(self._scores))
        return self._read_out(mixed, self._test_logits)

    def backward(self, slope: Tensor) -> None:
        """Every gradient from `slope` (..., examples, classes)."""
        g_mixed, hidden = self._g_mixed, self._mixed[..., : self._d_mlp]
        g_hidden = g_mixed[..., : self._d_mlp]
        g_mixed[..., self._d_mlp :] = slope
        multiply(hidden.mT, slope, out=self._gC_T)
        multiply(slope, self._C_T.mT, out=g_hidden)
        torch.ops.aten.threshold_backward.grad_input(g_hidden, hidden, 0.0, grad_input=g_hidden)
        gZ = self._train.table_slope(g_mixed, self._shares)
        self._train.score_slope(self._Z, g_mixed, self._attention, out=self._g_scores)
        self._read_out_backward(gZ)
        self._heads_backward()
        self._embedding_backward()

    def _make_tables(self) -> None:
        weights, Y = self._weights, self._Y
        X = Y[..., : self._rows, :]
        self._embed(X)
        for table, name in ((self._q, "W_Q"), (self._k, "W_K"), (self._v, "W_V")):
            multiply(X, weights[name].flatten(-3, -2).mT, out=table)
        self._q.mul_(self._scale)
        for head, columns in enumerate(self._columns):
            q, k, v = (table[..., columns] for table in (self._q, self._k, self._v))
            multiply(k, q.mT, out=self._scores[..., head, :, :])
            T = Y[..., self._blocks[head], :]
            multiply(v, weights["W_O"][..., columns].mT, out=T)
        self._F[..., : self._d_mlp, :] = weights["W_in"]
        self._F[..., self._d_mlp :, :] = weights["W_U"].mT
        multiply(Y, self._F.mT, out=self._Z)
        multiply(weights["W_out"].mT, weights["W_U"], out=self._C_T)
        if "b_in" in weights:
            of_x = self._Z[..., : self._rows, :]
            of_x[..., : self._d_mlp] += weights["b_in"].unsqueeze(-2)
            of_x[..., self._d_mlp :] += weights["b_out"].unsqueeze(-2) @ weights["W_U"]

    def _embed(self, X: Tensor) -> None:
        tokens = self._weights["W_E"].mT
        if "W_pos" not in self._weights:
            X.copy_(tokens)
            return
        positions = self._weights["W_pos"].mT.unsqueeze(-2)
        _by_position(X).copy_(tokens.unsqueeze(-3) + positions)

    def _read_out(self, mixed: Tensor, out: Tensor) -> Tensor:
        """Logits from what the examples read, whose hidden part becomes that after the ReLU."""
        hidden = mixed[..., : self._d_mlp].clamp_min_(0.0)
        out.copy_(mixed[..., self._d_mlp :])
        return multiply(hidden, self._C_T, out=out, add=True)

    def _read_out_backward(self, gZ: Tensor) -> None:
        weights, gradients = self._weights, self._gradients
        multiply(gZ.mT, self._Y, out=self._gF)
        multiply(gZ, self._F, out=self._gY)
        gradients["W_in"].copy_(self._gF[..., : self._d_mlp, :])
        gradients["W_U"].copy_(self._gF[..., self._d_mlp :, :].mT)
        multiply(weights["W_out"], self._gC_T, out=gradients["W_U"], add=True)
        multiply(weights["W_U"], self._gC_T.mT, out=gradients["W_out"])
        if "b_in" in weights:
            of_x = gZ[..., : self._rows, :].sum(-2, keepdim=True)
            gradients["b_in"].copy_(of_x[..., 0, : self._d_mlp])
            through = of_x[..., self._d_mlp :]
            gradients["b_out"].copy_((weights["W_U"] @ through.mT)[..., 0])
            multiply(weights["b_out"].unsqueeze(-1), through, out=gradients["W_U"], add=True)

    def _heads_backward(self) -> None:
        weights, gradients, X = self._weights, self._gradients, self._Y[..., : self._rows, :]
        for head, columns in enumerate(self._columns):
            q, k, v = (table[..., columns] for table in (self._q, self._k, self._v))
            gq, gk, gv = (table[..., columns] for table in (self._gq, self._gk, self._gv))
            g_scores, gT = self._g_scores[..., head, :, :], self._gY[..., self._blocks[head], :]
            multiply(g_scores, q, out=gk)
            multiply(g_scores.mT, k, out=gq)
            multiply(gT, weights["W_O"][..., columns], out=gv)
            multiply(gT.mT, v, out=gradients["W_O"][..., columns])
        self._gq.mul_(self._scale)
        gX = self._gY[..., : self._rows, :]
        for slope, name in ((self._gq, "W_Q"), (self._gk, "W_K"), (self._gv, "W_V")):
            multiply(slope.mT, X, out=gradients[name].flatten(-3, -2))
            multiply(slope, weights[name].flatten(-3, -2), out=gX, add=True)

    def _embedding_backward(self) -> None:
        gX, gradients = self._gY[..., : self._rows, :], self._gradients
        if "W_pos" not in gradients:
            gradients["W_E"].copy_(gX.mT)
            return
        by_position = _by_position(gX)
        gradients["W_E"].copy_(by_position.sum(-3).mT)
        gradients["W_pos"].copy_(by_position.sum(-2).mT)


def _by_position(X: Tensor) -> Tensor:
    """Rows (..., 2 vocabulary, width) as (..., 2, vocabulary, width)."""
    return X.view(*X.shape[:-2], 2, -1, X.shape[-1])
