"""The whole table of the operation, training pairs and test pairs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grok_tui.engine.probes import cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.probes.subject import Subject


def measure(subject: Subject) -> Mapping[str, float]:
    """correct: share of the cells (a, b) in which the largest logit is that of the label.

    The cells are those that the examples label; where order does not count each pair is two cells,
    (a, b) and (b, a). Of equal logits the lowest class is the answer.
    """
    pairs = torch.cat([subject.train.inputs, subject.test.inputs])
    labels = torch.cat([subject.train.labels, subject.test.labels])[:, 0]
    if not subject.task.ordered:
        mirrored = pairs[:, 0] != pairs[:, 1]
        pairs = torch.cat([pairs, pairs[mirrored].flip(1)])
        labels = torch.cat([labels, labels[mirrored]])
    right = sum(
        int((subject.logits(part).argmax(1) == wanted).sum())
        for part, wanted in cells.parts(pairs, labels)
    )
    return {"correct": right / len(labels)}
