"""The models, a loss and the optimiser written out plainly, to hold the fast forms against.

Nothing is folded here: one example goes through every layer in turn, and the gradients are
autograd's. Everything is in the precision of the weights that are given, float64 in the tests.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grok_tui.protocol.config import Train

    Weights = Mapping[str, Tensor]
    Network = Callable[[Weights, Sequence[int]], Tensor]
    Example = tuple[Sequence[int], int]


def gelu(z: Tensor) -> Tensor:
    """z times the share of a normal distribution that is below z."""
    return z * 0.5 * (1 + torch.erf(z / math.sqrt(2)))


def after(z: Tensor, activation: str) -> Tensor:
    """The activation of that name."""
    return gelu(z) if activation == "gelu" else torch.relu(z)


def mlp(weights: Weights, tokens: Sequence[int], *, activation: str = "relu") -> Tensor:
    """Logits (classes,) of one pair: W_U^T W_out relu(W_in (E_a + E_b)), or E_a + F_b."""
    return weights["W_U"].T @ (weights["W_out"] @ mlp_units(weights, tokens, activation=activation))


def mlp_units(weights: Weights, tokens: Sequence[int], *, activation: str = "relu") -> Tensor:
    """The last hidden layer (units,) of one pair."""
    a, b = tokens
    second = weights["W_F"] if "W_F" in weights else weights["W_E"]
    hidden = after(weights["W_in"] @ (weights["W_E"][:, a] + second[:, b]), activation)
    layer = 1
    while f"W_hidden_{layer}" in weights:
        hidden = after(weights[f"W_hidden_{layer}"] @ hidden, activation)
        layer += 1
    return hidden


def perceptron(weights: Weights, numbers: Tensor, *, activation: str = "relu") -> Tensor:
    """Outputs (outputs,) of one row of numbers: W_3 relu(W_2 relu(W_1 x)), as many as there are."""
    x = numbers
    for layer in range(1, len(weights) + 1):
        x = weights[f"W_{layer}"] @ x
        if layer < len(weights):
            x = after(x, activation)
    return x


def transformer(
    weights: Weights, tokens: Sequence[int], *, scaled: bool = True, activation: str = "relu"
) -> Tensor:
    """Logits (classes,) at the last token: causal attention, then an MLP, each added to x."""
    x = torch.stack([weights["W_E"][:, token] for token in tokens])  # (tokens, d_model)
    if "W_pos" in weights:
        x = x + weights["W_pos"].T
    x = x + attention(weights, x, scaled=scaled)
    x = x + feed_forward(weights, x, activation=activation)
    return weights["W_U"].T @ x[-1]


def attention(weights: Weights, x: Tensor, *, scaled: bool) -> Tensor:
    """What all heads add at each position (tokens, d_model)."""
    positions = len(x)
    ahead = torch.ones(positions, positions, dtype=torch.bool).triu(1)
    heads = []
    for head in zip(weights["W_Q"], weights["W_K"], weights["W_V"], strict=True):
        queries, keys, values = (x @ matrix.T for matrix in head)  # (tokens, d_head)
        scores = queries @ keys.T  # (query, key)
        if scaled:
            scores = scores / math.sqrt(queries.shape[1])
        pattern = torch.softmax(scores.masked_fill(ahead, -math.inf), dim=-1)
        heads.append(pattern @ values)
    return torch.cat(heads, dim=-1) @ weights["W_O"].T


def feed_forward(weights: Weights, x: Tensor, *, activation: str) -> Tensor:
    """What the MLP adds at each position (tokens, d_model)."""
    before = x @ weights["W_in"].T
    if "b_in" in weights:
        before = before + weights["b_in"]
    added = after(before, activation) @ weights["W_out"].T
    return added + weights["b_out"] if "b_out" in weights else added


def logits(network: Network, weights: Weights, examples: Sequence[Example]) -> Tensor:
    """Logits (examples, classes), one example after the other."""
    return torch.stack([network(weights, tokens) for tokens, _ in examples])


def cross_entropy(found: Tensor, label: int) -> Tensor:
    """Of one example's logits (classes,): log(1 + the sum of exp(l_j - l_label) over all others).

    So it has all its digits, too, where the label leads by far and log-softmax has none left.
    """
    others = torch.cat([found[:label], found[label + 1 :]])
    return torch.log1p(torch.exp(others - found[label]).sum())


def mean_loss(network: Network, weights: Weights, examples: Sequence[Example]) -> Tensor:
    """The mean cross entropy of the examples."""
    losses = [cross_entropy(network(weights, tokens), label) for tokens, label in examples]
    return torch.stack(losses).mean()


def gradients(network: Network, weights: Weights, examples: Sequence[Example]) -> dict[str, Tensor]:
    """Of the mean cross entropy, to each tensor of the weights."""
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    slopes = torch.autograd.grad(mean_loss(network, leaves, examples), list(leaves.values()))
    return dict(zip(leaves, slopes, strict=True))


def train(
    network: Network, start: Weights, masks: Weights, examples: Sequence[Example], recipe: Train
) -> dict[str, Tensor]:
    """The weights after `recipe.steps` updates of AdamW, the pruned ones zero after each."""
    weights = {name: weight * masks[name] for name, weight in start.items()}
    first = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    second = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    beta1, beta2 = recipe.betas
    for step in range(1, recipe.steps + 1):
        for name, slope in gradients(network, weights, examples).items():
            first[name] = beta1 * first[name] + (1 - beta1) * slope
            second[name] = beta2 * second[name] + (1 - beta2) * slope**2
            m = first[name] / (1 - beta1**step)
            v = second[name] / (1 - beta2**step)
            decayed = weights[name] * (1 - recipe.learning_rate * recipe.weight_decay)
            updated = decayed - recipe.learning_rate * m / (v.sqrt() + recipe.epsilon)
            weights[name] = updated * masks[name]
    return weights
