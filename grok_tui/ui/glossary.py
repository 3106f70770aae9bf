"""The few words that the screens are full of, for somebody who meets them for the first time."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "step": "One update of the weights. All training examples count in each, so it is an epoch.",
    "train, test": "Examples that the network learns from, and those it is only tried on.",
    "t_mem": "Memorised: first step with more than 95 % of the training examples right.",
    "t_gen": "Generalised: first step with more than 95 % of the test examples right.",
    "tau_grok": "t_gen / t_mem: how many times as late as it memorised. Grokking: far above 1.",
    "arm": "One recipe of the comparison. A lane is an arm with one seed.",
    "dense": "All weights; the arm whose delay is to be explained.",
    "mask": "Which weights are kept; the others are zero for good.",
    "ticket": "A mask, with the weights that its network starts from.",
    "pruning rate": "Share of the weights that a mask removes; kept is the rest.",
    "rewind": "Weights put back to what they were at an earlier step, most often the first.",
    "control": "An arm that has one property of the ticket alone: its norm, or its sparsity.",
}
