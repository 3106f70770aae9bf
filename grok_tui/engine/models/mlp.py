"""The MLP of the papers, logits = W_U^T W_out relu(W_in (E_a + E_b)), in its collapsed form.

Nothing stands between W_E and W_in, nor between W_out and W_U, so A = W_in W_E and B = W_U^T W_out
are made once a step and an example costs one row of A^T for each token. The function and its
gradients are the same to rounding; masks act on the factors, so tickets are exact too. With two
embeddings the second token reads A' = W_in W_F instead; further hidden layers stand between
the first and B.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from grok_tui.engine.lookup import Lookup
from grok_tui.engine.models.activations import PLAIN
from grok_tui.engine.models.chain import Chain, Link
from grok_tui.engine.models.initial import Initial
from grok_tui.engine.products import Product, multiply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grok_tui.engine.workspace import Workspace
    from grok_tui.protocol.models import Mlp


def model(section: Mlp, shapes: Mapping[str, tuple[int, ...]]) -> CollapsedMlp:
    """The model of a section, its tensors of these shapes."""
    return CollapsedMlp(section, shapes)


class CollapsedMlp:
    """W_E and W_F (embedding, vocabulary), W_in (hidden, embedding), W_hidden_1 and on (hidden,
    hidden), W_out (embedding, hidden), W_U (embedding, classes)."""

    def __init__(self, section: Mlp, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = shapes
        self.initial = Initial(section, shapes)
        self._activation = section.activation

    def logits(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """Logits (examples, classes) of tokens (examples, 2), for autograd."""
        return self.features(weights, inputs) @ (weights["W_out"].mT @ weights["W_U"])

    def features(self, weights: Mapping[str, Tensor], inputs: Tensor) -> Tensor:
        """The last hidden layer (examples, hidden), for autograd."""
        activation = PLAIN[self._activation]
        tables = [(weights["W_in"] @ weights[name]).mT for name in _embeddings(weights)]
        first, second = (F.embedding(inputs[..., at], tables[at % len(tables)]) for at in (0, 1))
        hidden = activation(first + second)
        for name in _between(weights):
            hidden = activation(hidden @ weights[name].mT)
        return hidden

    def flow(self, weights: Mapping[str, Tensor]) -> Tensor:
        """1^T W_U^T W_out ... W_hidden_1 W_in (W_E 1 + W_F 1)."""
        units = torch.stack([weights[name].sum(-1) for name in _embeddings(weights)]).sum(0)
        for name in ("W_in", *_between(weights), "W_out"):
            units = weights[name] @ units
        return (weights["W_U"].mT @ units).sum()

    def network(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        workspace: Workspace,
    ) -> MlpNetwork:
        """The MLP bound to weights, gradients, and tokens (..., examples, 2) of both sets."""
        return MlpNetwork(weights, gradients, sets, self._activation, workspace)


class MlpNetwork:
    """Tables of the vocabulary, made anew at each forward pass, and rows of them for examples."""

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        sets: tuple[Tensor, Tensor],
        activation: str,
        workspace: Workspace,
    ) -> None:
        W_in = weights["W_in"]
        self._W_in_T, self._gW_in = W_in.mT, gradients["W_in"]
        self._head = _Head(weights, gradients, workspace)
        between = [
            Link(weights[name], weights[name].mT, gradients[name]) for name in _between(weights)
        ]
        examples = sets[0].shape[:-1], sets[1].shape[:-1]
        self._chain = Chain([*between, self._head.link], activation, examples, workspace)

        new, embeddings = workspace.buffer, _embeddings(weights)
        *lanes, d_hidden, _ = W_in.shape
        vocabulary = weights["W_E"].shape[-1]
        height = len(embeddings) * vocabulary
        self._rows = new("A_T", *lanes, height, d_hidden)
        """A^T, and below it A'^T."""
        self._tables = []
        for number, name in enumerate(embeddings):
            W, A = weights[name], new(f"A {number}", *lanes, d_hidden, vocabulary)
            place = slice(number * vocabulary, (number + 1) * vocabulary)
            rows = self._rows[..., place, :]
            self._tables.append(
                _Table(Product(W_in, W, A), A.mT, rows, place, W.mT, gradients[name])
            )
        self._train, self._test = (
            Lookup(tokens if len(embeddings) == 1 else _apart(tokens, vocabulary), height)
            for tokens in sets
        )

    @property
    def features(self) -> Tensor:
        """The last hidden layer (..., examples, hidden) of the training set."""
        return self._chain.features

    def forward(self) -> Tensor:
        """Logits (..., examples, classes) of the training set."""
        for table in self._tables:
            table.make()
            table.rows.copy_(table.made)
        self._head.forward()
        return self._chain.forward(self._train.gather(self._rows))

    def test(self) -> Tensor:
        """Logits of the test set from the tables of the last forward pass."""
        return self._chain.test(self._test.gather(self._rows))

    def backward(self, slope: Tensor, feature_slope: Tensor | None = None) -> None:
        """Every gradient from `slope` (..., examples, classes)."""
        g_rows = self._train.scatter(self._chain.backward(slope, feature_slope))
        for number, table in enumerate(self._tables):
            gA_T = g_rows if len(self._tables) == 1 else g_rows[..., table.place, :]
            gA = gA_T.mT
            multiply(gA, table.transposed, out=self._gW_in, add=number > 0)
            multiply(self._W_in_T, gA, out=table.gradient)
        self._head.backward()


class _Head:
    """B = W_U^T W_out, and the way back to both."""

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        workspace: Workspace,
    ) -> None:
        W_out, W_U = weights["W_out"], weights["W_U"]
        *lanes, _, d_hidden = W_out.shape
        classes = W_U.shape[-1]
        B, gB = (workspace.buffer(name, *lanes, classes, d_hidden) for name in ("B", "gB"))
        self.link = Link(B, workspace.buffer("B_T", *lanes, d_hidden, classes), gB)
        self._make_B = Product(W_U.mT, W_out, B)
        self._backward = (
            Product(W_U, gB, gradients["W_out"]),
            Product(W_out, gB.mT, gradients["W_U"]),
        )

    def forward(self) -> None:
        """Make B of the weights as they are."""
        self._make_B()
        self.link.transposed.copy_(self.link.matrix.mT)  # the long product is faster on it

    def backward(self) -> None:
        """From the gradient of B to those of its factors."""
        for product in self._backward:
            product()


@dataclass(frozen=True, eq=False)
class _Table:
    """An embedding, what it becomes, and where it stands among the rows that examples look up."""

    make: Product
    """A = W_in W."""
    made: Tensor
    """A^T, a view of A."""
    rows: Tensor
    """Where A^T is copied to."""
    place: slice
    transposed: Tensor
    """W^T, a view of the embedding."""
    gradient: Tensor
    """Of the embedding."""


def _embeddings(weights: Mapping[str, Tensor]) -> list[str]:
    """The embedding of both tokens, or one for each."""
    return [name for name in ("W_E", "W_F") if name in weights]


def _between(weights: Mapping[str, Tensor]) -> list[str]:
    """The matrices from one hidden layer to the next, in order."""
    return [name for name in weights if name.startswith("W_hidden_")]


def _apart(tokens: Tensor, vocabulary: int) -> Tensor:
    """Rows of tokens (..., examples, 2) where the second token's table stands below the first's."""
    return tokens + tokens.new_tensor([0, vocabulary])
