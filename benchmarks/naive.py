"""Training in the manner of published code: the opponent that the engine is measured against.

It is plain, not slow on purpose: every example goes through every matrix, the test set is
evaluated at each step by the same function as the training set and so with gradients, labels are
made from the pairs at each step, masks are multiplied in at each forward pass, and losses,
accuracies and the norms of each matrix are read at each step. Inputs are tensors made once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from grok_tui.protocol.models import Mlp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.protocol.config import Config, Train
    from grok_tui.protocol.models import Model

Pair = tuple[int, int]


class Network(nn.Module):
    """Weight matrices by name, and a mask for each; no masks for a dense network."""

    def __init__(self, weights: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.matrices = nn.ParameterDict(
            {name: nn.Parameter(matrix.clone()) for name, matrix in weights.items()}
        )
        self.masks = dict(masks)

    def matrix(self, name: str) -> Tensor:
        """The matrix as the forward pass sees it."""
        matrix: Tensor = self.matrices[name]
        return matrix * self.masks[name] if self.masks else matrix


class NaiveMlp(Network):
    """logits = W_U^T W_out relu(W_in (E_a + E_b)), example by example."""

    def forward(self, pairs: Tensor) -> Tensor:
        """Logits (examples, classes) of pairs (examples, 2)."""
        embedded = self.matrix("W_E")[:, pairs].permute(1, 2, 0).sum(1)
        hidden = torch.relu(embedded @ self.matrix("W_in").T)
        return hidden @ self.matrix("W_out").T @ self.matrix("W_U")


class NaiveTransformer(Network):
    """One layer of causal attention and an MLP at both positions; read at the last.

    In products n stands for examples, s and t for positions, h for heads, k inside of one.
    """

    def forward(self, pairs: Tensor) -> Tensor:
        """Logits (examples, classes) of pairs (examples, 2)."""
        x = self.matrix("W_E")[:, pairs].permute(1, 2, 0)
        x = x + self._attention(x)
        hidden = torch.relu(torch.einsum("md,ntd->ntm", self.matrix("W_in"), x))
        x = x + torch.einsum("dm,ntm->ntd", self.matrix("W_out"), hidden)
        logits = x @ self.matrix("W_U")
        return logits[:, -1]

    def _attention(self, x: Tensor) -> Tensor:
        q, k, v = (
            torch.einsum("hkd,ntd->nhtk", self.matrix(name), x) for name in ("W_Q", "W_K", "W_V")
        )
        positions = x.shape[1]
        seen = torch.ones(positions, positions, dtype=x.dtype, device=x.device).tril()
        scores = torch.einsum("nhtk,nhsk->nhts", q, k) / math.sqrt(q.shape[-1])
        shares = torch.softmax(scores.masked_fill(seen == 0, -1e10), dim=-1)
        mixed = torch.einsum("nhts,nhsk->nthk", shares, v)
        return torch.einsum("df,ntf->ntd", self.matrix("W_O"), mixed.flatten(2))


def network(model: Model, weights: Mapping[str, Tensor], masks: Mapping[str, Tensor]) -> Network:
    """The plain form of a model, from these weights."""
    kind = NaiveMlp if isinstance(model, Mlp) else NaiveTransformer
    return kind(weights, masks)


class Training:
    """One network in training. `log[n]` is what was read after n updates."""

    def __init__(self, config: Config, network: Network, train: Tensor, test: Tensor) -> None:
        """`train` and `test` are pairs (examples, 2) on the device of the network."""
        self._modulus = config.task.inputs
        self._network = network
        self._sets = {"train": train, "test": test}
        self._listed: dict[str, list[Pair]] = {
            name: [(a, b) for a, b in pairs.tolist()] for name, pairs in self._sets.items()
        }
        self._optimizer = _adamw(network, config.train)
        self.log: list[dict[str, float]] = []

    def step(self) -> None:
        """Evaluate both sets, log, and do one update."""
        train_loss, train_accuracy = self._evaluate("train")
        test_loss, test_accuracy = self._evaluate("test")
        self._optimizer.zero_grad()
        norms = self._norms()
        train_loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        numbers = {
            "train_loss": train_loss.item(),
            "test_loss": test_loss.item(),
            "train_accuracy": train_accuracy.item(),
            "test_accuracy": test_accuracy.item(),
        }
        self.log.append(numbers | norms)

    def _evaluate(self, name: str) -> tuple[Tensor, Tensor]:
        """Cross entropy and accuracy of a set; the softmax is in double precision."""
        pairs = self._sets[name]
        labels = torch.tensor([(a + b) % self._modulus for a, b in self._listed[name]])
        labels = labels.to(pairs.device)
        logits = self._network(pairs)
        logprobs = torch.log_softmax(logits.to(torch.float64), dim=-1)
        loss = -torch.gather(logprobs, -1, labels[:, None]).mean()
        accuracy = (logits.argmax(-1) == labels).double().mean()
        return loss, accuracy

    def _norms(self) -> dict[str, float]:
        norms = {}
        for name in self._network.matrices:
            matrix = self._network.matrix(name).detach()
            norms[f"l1/{name}"] = matrix.abs().sum().item()
            norms[f"l2/{name}"] = matrix.pow(2).sum().sqrt().item()
        return norms


def _adamw(network: Network, train: Train) -> torch.optim.AdamW:
    return torch.optim.AdamW(
        network.parameters(),
        lr=train.learning_rate,
        betas=train.betas,
        eps=train.epsilon,
        weight_decay=train.weight_decay,
    )
