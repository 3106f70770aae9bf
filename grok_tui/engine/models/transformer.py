"""The one-layer transformer of two tokens, read at the last, in its collapsed form.

Everything linear is done once for each row of the vocabulary: queries, keys, values, the output
of each head T_h = W_O,h W_V,h x, and what x and T_h add to the hidden layer and to the logits.
The last token sees two keys, so a head's attention is one
sigmoid, alpha = sigmoid(s(a, b) - s(b, b)), and an example is a weighted sum of table rows:
row b of x with weight 1, and for each head row a of T_h with alpha and row b with 1 - alpha.
With learned positions the vocabulary has two rows a token, one for each position.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from grok_tui.engine.models.activations import PLAIN, activation
from grok_tui.engine.models.initial import Initial
from grok_tui.engine.models.pairs import Pairs
from grok_tui.engine.products import Product, multiply

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grok_tui.engine.workspace import Workspace
    from grok_tui.protocol.models import Transformer


TABLES = ("q", "k", "v", "gq", "gk", "gv")
"""Tables of all heads side by side, and their gradients."""


def model(section: Transformer, shapes: Mapping[str, tuple[int, ...]]) -> CollapsedTransformer:
    """The model of a section, its tensors of these shapes."""
    return CollapsedTransformer(section, shapes)


class CollapsedTransformer:
    """W_E, W_U (d_model, vocabulary), W_Q, W_K, W_V (heads, d_head, d_model), W_O (d_model, heads x
    d_head), W_in (d_mlp, d_model), W_out (d_model, d_mlp), and as options W_pos, b_in, b_out."""

    def __init__(self, section: Transformer, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = shapes
        self.initial = Initial(section, shapes)
        self._section = section

    def logits(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """Logits (examples, classes) of tokens (examples, 2), for autograd."""
        x = self._attended(weights, inputs)
        x = x + self._hidden(weights, x) @ weights["W_out"].mT
        if "b_out" in weights:
            x = x + weights["b_out"]
        return x @ weights["W_U"]

    def features(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """The hidden layer of the MLP at the last token (examples, d_mlp), for autograd."""
        return self._hidden(weights, self._attended(weights, inputs))

    def _attended(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """The last token after attention (examples, d_model)."""
        x = F.embedding(inputs, weights["W_E"].mT)  # (examples, tokens, d_model)
        if "W_pos" in weights:
            x = x + weights["W_pos"].mT
        keys, values = (torch.einsum("...td,hed->...the", x, weights[W]) for W in ("W_K", "W_V"))
        queries = torch.einsum("...d,hed->...he", x[..., -1, :], weights["W_Q"])
        scores = torch.einsum("...he,...the->...th", queries, keys) * _scale(self._section)
        mixed = torch.einsum("...th,...the->...he", scores.softmax(-2), values)
        return x[..., -1, :] + mixed.flatten(-2) @ weights["W_O"].mT

    def _hidden(self, weights: Mapping[str, Tensor], x: Tensor) -> Tensor:
        before = x @ weights["W_in"].mT
        if "b_in" in weights:
            before = before + weights["b_in"]
        return PLAIN[self._section.activation](before)

    def network(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        workspace: Workspace,
    ) -> TransformerNetwork:
        """The transformer bound to weights, gradients, and tokens (..., examples, 2) of both."""
        return TransformerNetwork(weights, gradients, sets, self._section, workspace)


class TransformerNetwork:
    """Tables of the vocabulary, made anew at each forward pass, and rows of them for examples."""

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        section: Transformer,
        workspace: Workspace,
    ) -> None:
        self._weights, self._gradients = weights, gradients
        W_E, W_Q, W_in, W_U = (weights[name] for name in ("W_E", "W_Q", "W_in", "W_U"))
        *lanes, d_model, vocabulary = W_E.shape
        heads, d_head = W_Q.shape[-3:-1]
        d_mlp, classes = W_in.shape[-2], W_U.shape[-1]
        rows = vocabulary * (2 if "W_pos" in weights else 1)
        self._train, self._test = (
            Pairs(tokens, W_E, rows, heads, _scale(section)) for tokens in sets
        )
        self._activation = activation(section.activation, workspace, "hidden")
        new = workspace.buffer
        self._Y, self._gY = (new(name, *lanes, (1 + heads) * rows, d_model) for name in ("Y", "gY"))
        """Vocabulary rows x, then for each head the rows T_h."""
        self._X, self._gX = self._Y[..., :rows, :], self._gY[..., :rows, :]
        self._to_hidden = new("to hidden", *lanes, (1 + heads) * rows, d_mlp)
        self._to_logits = new("to logits", *lanes, (1 + heads) * rows, classes)
        """What each row of Y adds to the hidden layer and to the logits."""
        self._rows = slice(rows)
        self._scores, self._g_scores = (
            new(name, *lanes, heads, rows, rows) for name in ("scores", "g_scores")
        )
        self._C_T, self._gC_T = (new(name, *lanes, d_mlp, classes) for name in ("C_T", "gC_T"))
        self._bias = new("bias", *lanes, 1, classes)
        self.features = self._g_hidden = new("g_hidden", *sets[0].shape[:-1], d_mlp)
        tables = {name: new(name, *lanes, rows, heads * d_head) for name in TABLES}
        self._forward = self._forward_products(tables)
        self._backward = self._backward_products(tables)

    def _forward_products(self, tables: Mapping[str, Tensor]) -> list[Product]:
        """From the vocabulary rows to what examples look up, in order."""
        weights, X, Y = self._weights, self._X, self._Y
        products = [
            Product(X, weights[W].flatten(-3, -2).mT, tables[table])
            for table, W in (("q", "W_Q"), ("k", "W_K"), ("v", "W_V"))
        ]
        for head, columns, block in self._of_heads():
            q, k, v = (tables[name][..., columns] for name in ("q", "k", "v"))
            products.append(Product(k, q.mT, self._scores[..., head, :, :]))
            products.append(Product(v, weights["W_O"][..., columns].mT, Y[..., block, :]))
        return [
            *products,
            Product(Y, weights["W_in"].mT, self._to_hidden),
            Product(Y, weights["W_U"], self._to_logits),
            Product(weights["W_out"].mT, weights["W_U"], self._C_T),
        ]

    def _backward_products(self, tables: Mapping[str, Tensor]) -> list[Product]:
        """From the gradients of scores, of Y and of C to those of weights and of x, in order."""
        weights, gradients, X = self._weights, self._gradients, self._X
        products = [
            Product(weights["W_out"], self._gC_T, gradients["W_U"], add=True),
            Product(weights["W_U"], self._gC_T.mT, gradients["W_out"]),
        ]
        for head, columns, block in self._of_heads():
            q, k, v, gq, gk, gv = (tables[name][..., columns] for name in TABLES)
            g_scores, gT = self._g_scores[..., head, :, :], self._gY[..., block, :]
            products += [
                Product(g_scores, q, gk),
                Product(g_scores.mT, k, gq),
                Product(gT, weights["W_O"][..., columns], gv),
                Product(gT.mT, v, gradients["W_O"][..., columns]),
            ]
        for table, W in (("gq", "W_Q"), ("gk", "W_K"), ("gv", "W_V")):
            flat = gradients[W].flatten(-3, -2)
            products.append(Product(tables[table].mT, X, flat))
            products.append(Product(tables[table], weights[W].flatten(-3, -2), self._gX, add=True))
        return products

    def _of_heads(self) -> Iterator[tuple[int, slice, slice]]:
        """Each head, its columns in tables of all heads, and the rows of Y that are its T."""
        heads, d_head = self._weights["W_Q"].shape[-3:-1]
        rows = self._X.shape[-2]
        for head in range(heads):
            columns = slice(head * d_head, (head + 1) * d_head)
            yield head, columns, slice((1 + head) * rows, (2 + head) * rows)

    def forward(self) -> Tensor:
        """Logits (..., examples, classes) of the training set."""
        weights = self._weights
        self._embed()
        for product in self._forward:
            product()
        if "b_in" in weights:  # an example reads a row of x with weight 1
            self._to_hidden[..., self._rows, :] += weights["b_in"].unsqueeze(-2)
            multiply(weights["b_out"].unsqueeze(-2), weights["W_U"], out=self._bias)
            self._to_logits[..., self._rows, :] += self._bias
        before, logits = self._read(self._train)
        self.features = self._activation.forward(before)
        return multiply(self.features, self._C_T, out=logits, add=True)

    def test(self) -> Tensor:
        """Logits of the test set from the tables of the last forward pass."""
        before, logits = self._read(self._test)
        return multiply(self._activation.test(before), self._C_T, out=logits, add=True)

    def backward(self, slope: Tensor, feature_slope: Tensor | None = None) -> None:
        """Every gradient from `slope` (..., examples, classes)."""
        train, g_hidden = self._train, self._g_hidden
        multiply(self.features.mT, slope, out=self._gC_T)
        multiply(slope, self._C_T.mT, out=g_hidden)
        if feature_slope is not None:
            g_hidden.add_(feature_slope)
        self._activation.backward(g_hidden)
        g_alpha = train.alpha_slope(self._to_hidden, g_hidden)
        g_alpha += train.alpha_slope(self._to_logits, slope)
        train.score_slope(g_alpha, out=self._g_scores)
        self._tables_backward(train.table_slope(g_hidden), train.table_slope(slope))
        for product in self._backward:
            product()
        self._embedding_backward()

    def _read(self, pairs: Pairs) -> tuple[Tensor, Tensor]:
        """The hidden layer of a set before its activation, and what adds to the logits beside."""
        pairs.attend(self._scores)
        return pairs.read(self._to_hidden), pairs.read(self._to_logits)

    def _tables_backward(self, to_hidden: Tensor, to_logits: Tensor) -> None:
        """From the gradients of what each row of Y adds to the hidden layer and to the logits."""
        weights, gradients, Y = self._weights, self._gradients, self._Y
        multiply(to_hidden, weights["W_in"], out=self._gY)
        multiply(to_logits, weights["W_U"].mT, out=self._gY, add=True)
        multiply(to_hidden.mT, Y, out=gradients["W_in"])
        multiply(Y.mT, to_logits, out=gradients["W_U"])
        if "b_in" in weights:
            gradients["b_in"].copy_(to_hidden[..., self._rows, :].sum(-2))
            through = to_logits[..., self._rows, :].sum(-2, keepdim=True)
            multiply(weights["W_U"], through.mT, out=gradients["b_out"].unsqueeze(-1))
            multiply(weights["b_out"].unsqueeze(-1), through, out=gradients["W_U"], add=True)

    def _embed(self) -> None:
        tokens = self._weights["W_E"].mT
        if "W_pos" not in self._weights:
            self._X.copy_(tokens)
            return
        positions = self._weights["W_pos"].mT.unsqueeze(-2)
        _by_position(self._X).copy_(tokens.unsqueeze(-3) + positions)

    def _embedding_backward(self) -> None:
        gX, gradients = self._gX, self._gradients
        if "W_pos" not in gradients:
            gradients["W_E"].copy_(gX.mT)
            return
        by_position = _by_position(gX)
        gradients["W_E"].copy_(by_position.sum(-3).mT)
        gradients["W_pos"].copy_(by_position.sum(-2).mT)


def _by_position(X: Tensor) -> Tensor:
    """Rows (..., 2 vocabulary, width) as (..., 2, vocabulary, width)."""
    return X.view(*X.shape[:-2], 2, -1, X.shape[-1])


def _scale(section: Transformer) -> float:
    return 1 / math.sqrt(section.d_head) if section.scaled else 1.0
